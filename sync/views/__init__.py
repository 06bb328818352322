"""The wizard's pages: thin function views over sync/services."""

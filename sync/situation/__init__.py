"""The situation of connections: what waits for a person, in words too, and whether a connection is all right."""

"""Making, renewing and ending a connection."""

"""The lists of both vendors, which may shift while they are read."""

"""HTTP to both vendors: the only place that calls them, and what their answers mean."""

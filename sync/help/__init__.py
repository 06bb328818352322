"""Help inside the product, made from the same registries as the rules."""

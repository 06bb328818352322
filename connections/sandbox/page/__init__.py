"""The page on which people look at both stand-ins and change them."""

"""How often a vendor may be asked, how long an answer may take, and since when there is none."""

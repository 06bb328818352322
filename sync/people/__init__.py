"""Everyone on both sides: who is linked, on one side only, or left out."""

"""Everyone of both sides: who is linked, alone, left out."""

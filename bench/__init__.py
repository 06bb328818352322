"""How fast we are: every figure with its goal, measured in one run on this machine. `make bench` prints the table."""

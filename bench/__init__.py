"""The bench: measures every figure with its goal, on this machine. `make bench` prints the table."""

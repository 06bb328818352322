"""Looks what is so at a connection's own two systems: every numbered assumption of docs/vendors/, one by one."""

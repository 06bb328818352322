"""Ready for payroll: what changed since the last pay, what waits, and whether payroll can be run. Asks no vendor."""

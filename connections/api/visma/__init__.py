"""Visma.net Payroll's API: its client and its documents."""

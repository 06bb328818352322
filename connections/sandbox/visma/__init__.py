"""Visma.net Payroll's API."""

"""The invented people that both stand-ins begin with."""

"""The only code that writes to Huma or Visma."""

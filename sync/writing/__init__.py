"""The only place from which anything is written to Huma or Visma."""

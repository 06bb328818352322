"""The only place from which anything is written to Huma or Visma: it carries out the Writes of an applying run."""

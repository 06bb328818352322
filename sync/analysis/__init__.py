"""From what was read to links, differences, candidates and notices: who is who, and who is right."""

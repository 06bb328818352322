"""What the pages about connections share."""

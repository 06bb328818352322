"""What pages of several capabilities share."""

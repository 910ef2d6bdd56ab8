"""The order of work, in plain Python."""

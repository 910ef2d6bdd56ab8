"""The hard thinking of the clinic's settings, in plain Python: the guide, and what a draft changes."""

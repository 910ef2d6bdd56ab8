"""The machines' door: one folder for each integration, with everything in it."""

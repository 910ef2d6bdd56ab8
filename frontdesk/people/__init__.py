"""Patients, how to reach them, how they are identified."""

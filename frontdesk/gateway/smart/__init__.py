"""SMART Backend Services: where a program learns how to ask for a token, and where it asks."""

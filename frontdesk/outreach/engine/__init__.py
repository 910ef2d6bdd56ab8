"""Rendering messages, in plain Python."""

"""Reads that join several nouns of the clinic."""

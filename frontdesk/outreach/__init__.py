"""The message library and every message that leaves the house."""

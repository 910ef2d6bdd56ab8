"""Figures and reports. It reads and never writes."""

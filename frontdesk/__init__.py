"""Frontdesk: the system that a medical front desk runs its day on."""

__version__ = "0.1.0"

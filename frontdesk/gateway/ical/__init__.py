"""Calendars at secret addresses, for the programs in which people keep their own."""

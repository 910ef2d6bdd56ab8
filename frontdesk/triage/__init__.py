"""Requests, protocols, lanes, scripts and handoffs: the request before the calendar."""

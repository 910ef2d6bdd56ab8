"""Screens: load, permit, act, answer."""

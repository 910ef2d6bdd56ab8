"""The staff's door: screens over the rooms. It has no tables and no rules."""

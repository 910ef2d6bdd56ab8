"""Settings, addresses, and the one page that says who reacts to what."""

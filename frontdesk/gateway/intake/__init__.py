"""Messages that other systems hand in."""

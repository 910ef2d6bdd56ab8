"""E-mail: the SMTP carrier."""

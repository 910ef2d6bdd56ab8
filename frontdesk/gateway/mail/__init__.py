"""E-mail: the SMTP carrier, and the local mailbox that the demo sends to."""

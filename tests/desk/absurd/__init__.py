"""What nobody types on purpose, and every place where it can be sent: one file for each noun."""

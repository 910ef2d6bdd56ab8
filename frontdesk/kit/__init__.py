"""What every room may use: time, text, pairs of fields. It has no noun of the clinic's own."""

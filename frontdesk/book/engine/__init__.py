"""The hard thinking of the book, in plain Python: values in, values out."""

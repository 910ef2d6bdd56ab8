"""The resources as they stand on the wire, one noun a file."""

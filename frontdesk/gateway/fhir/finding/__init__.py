"""Reading and searching, one noun a file: what a client may not see is as if it were not there."""

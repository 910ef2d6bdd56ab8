"""Reading what people say about who they are, in plain Python."""

"""Reading requests, protocols and trails."""

"""Sites, rooms, equipment, providers, interpreters, visit types, duty roster."""

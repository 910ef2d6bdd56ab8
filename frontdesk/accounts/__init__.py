"""Users, roles, permissions. Nouns: User, Role, Permission."""

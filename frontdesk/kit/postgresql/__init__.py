"""Django's PostgreSQL backend, for kept connections (settings.DATABASES names it)."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "frontdesk.config"

    def ready(self) -> None:
        from frontdesk.config import signals  # noqa: F401

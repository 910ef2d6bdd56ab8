from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Runs the jobs that actions leave behind: messages, expired holds, the next days."""

    help = "Run the jobs: messages, expired holds, the next days."

    def handle(self, *_args: Any, **_options: Any) -> None:
        call_command("procrastinate", "worker", "--delete-jobs", "successful", "-p", "1", "-c", "2")

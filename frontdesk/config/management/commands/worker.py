from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from frontdesk.config.problems import database_in_words


class Command(BaseCommand):
    """Runs the jobs that actions leave behind: messages, expired holds, the next days."""

    help = "Run the jobs: messages, expired holds, the next days."

    def handle(self, *_args: Any, **_options: Any) -> None:
        with database_in_words():
            connection.ensure_connection()  # else the pool of connections tries for half a minute, and says little
        call_command("procrastinate", "worker", "--delete-jobs", "successful", "-p", "1", "-c", "2")

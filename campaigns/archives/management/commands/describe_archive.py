"""Print what is in an archive, as docs/export.md says it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from campaigns.archives import describing


class Command(BaseCommand):
    """Prints Markdown: a table of columns for each file."""

    help = "Print what is in the archive of a workspace, for docs/export.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(describing.tables())

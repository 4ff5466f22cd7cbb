"""Restore an archive into an empty workspace, from a script."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.accounts import audit
from campaigns.accounts.models import Workspace
from campaigns.archives import restoring
from campaigns.archives.reading import ArchiveError


class Command(BaseCommand):
    """Prints how many lines came of each file, and fails when nothing was restored."""

    help = "Restore the archive of a workspace into an empty one, whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", type=int, help="the empty workspace, by its number")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--without-hashes",
            action="store_true",
            help="leave out addresses that are known by a hash under another key alone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(pk=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {options['workspace']}.")
        try:
            rows = restoring.restore(
                workspace.pk,
                options["file"],
                lambda done, total: None,
                without_hashes=options["without_hashes"],
            )
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        audit.record(None, workspace, "restoration_started", rows=sum(rows.values()))
        for name, count in rows.items():
            self.stdout.write(f"{name}: {count}")

"""Write a workspace into a ZIP, from a script."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.accounts.models import Workspace
from campaigns.archives import writing


class Command(BaseCommand):
    """Prints how many lines each file has."""

    help = "Write everything of a workspace into a ZIP of open formats (docs/export.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", type=int, help="the workspace, by its number")
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        if not Workspace.objects.filter(pk=options["workspace"]).exists():
            raise CommandError(f"There is no workspace {options['workspace']}.")
        half = options["file"].with_name(options["file"].name + ".part")
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC
            with os.fdopen(os.open(half, flags, 0o600), "w+b") as file:
                rows = writing.write(options["workspace"], file, lambda done, total: None)
            if options["file"].exists():
                raise FileExistsError(17, "is there already", str(options["file"]))
            half.rename(options["file"])
        except OSError as error:
            raise CommandError(str(error)) from error
        finally:
            half.unlink(missing_ok=True)
        for name, count in rows.items():
            self.stdout.write(f"{name}: {count}")

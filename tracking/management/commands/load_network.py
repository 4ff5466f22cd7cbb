"""Take a newer list of a network's addresses, as its owner publishes it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracking import networks
from tracking.networks import NetworksError


class Command(BaseCommand):
    help = (
        "Take a newer list of a network's addresses: one network a line, or CSV with it in the "
        "first column, as Apple publishes https://mask-api.icloud.com/egress-ip-ranges.csv."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        known = ", ".join(sorted(path.stem for path in networks.SHIPPED.glob("*.txt")))
        parser.add_argument("name", help=f"{known}; any other name is taken for a data centre")
        parser.add_argument("path", type=Path, help="the file, downloaded by you")

    def handle(self, *args: Any, name: str, path: Path, **options: Any) -> None:
        if not name.replace("_", "").isalnum():
            raise CommandError("A name has letters, digits and underscores.")
        try:
            found = networks.from_published(path)
        except (OSError, UnicodeDecodeError, NetworksError) as error:
            raise CommandError(f"{path} cannot be taken: {error}") from error
        about = (f"From {path.name}, loaded by the operator.", f"Date: {timezone.now():%Y-%m-%d}")
        networks.write(settings.NETWORKS_DIR / f"{name}{networks.SUFFIX}", found, about)
        self.stdout.write(
            f"{len(found):,} networks of {name}; drainers look at them from the next batch on."
        )

"""Bring opens and clicks from the spool into the database, for as long as it runs."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tracking import draining


class Command(BaseCommand):
    help = "Bring opens and clicks from the spool into the database, for as long as it runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="stop when the spool is empty, and say the number"
        )

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            count = draining.drain(settings.SPOOL_DIR)
            self.stdout.write(f"{count:,} opens and clicks drained.")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        draining.Drainer(settings.SPOOL_DIR).run(stop)

"""Make anew what is kept in bits of who opened and clicked."""

from typing import Any

from django.core.management.base import BaseCommand

from tracking import bits


class Command(BaseCommand):
    help = "Make anew what is kept in bits of who opened and clicked."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{bits.renew():,} campaigns.")

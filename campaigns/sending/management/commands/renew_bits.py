"""Make anew what is kept in bits of who was sent what, opened and clicked."""

from typing import Any

from django.core.management.base import BaseCommand

from campaigns.sending.models import Digest
from tracking import bits


class Command(BaseCommand):
    help = "Make anew what is kept in bits of who was sent what, opened and clicked."

    def handle(self, *args: Any, **options: Any) -> None:
        # Without a digest, mails are asked one by one until the beat has made another.
        Digest.objects.all().delete()
        renewed = bits.renew()
        self.stdout.write(f"{renewed:,} campaigns renewed; who was sent what follows by itself.")

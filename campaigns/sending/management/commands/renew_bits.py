"""Make anew what is kept in bits: who is on which list, was sent what, opened and clicked."""

from typing import Any

from django.core.management.base import BaseCommand

from campaigns.audience import list_bits_querysets
from campaigns.sending.models import Digest
from tracking import bits


class Command(BaseCommand):
    help = "Make anew what is kept in bits: who is on which list, was sent what, opened, clicked."

    def handle(self, *args: Any, **options: Any) -> None:
        # Without a digest, mails are asked one by one until the beat has made another.
        Digest.objects.all().delete()
        renewed = bits.renew()
        list_bits_querysets.note_all()
        blocks = list_bits_querysets.renew()
        self.stdout.write(
            f"{renewed:,} campaigns and {blocks:,} blocks of lists renewed; who was sent what"
            " follows by itself."
        )

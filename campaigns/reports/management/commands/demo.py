"""Build the sample workspace, once."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from campaigns.reports.demo import building

PASSWORD = "tulip thyme and tea"  # noqa: S105 - of a sample without secrets, and printed below.


class Command(BaseCommand):
    """`manage.py demo`: a shop with lists, people, campaigns, and what became of them."""

    help = (
        "Add a sample workspace: 3 lists, 5,000 made-up people, 5 sent campaigns with a history "
        "of opens and clicks, a scheduled one and a draft. Every address in it ends in .example, "
        "so no mail can reach anybody."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if building.exists():
            self.stdout.write("The sample workspace is there already; nothing was changed.")
        else:
            began = time.monotonic()
            self.stdout.write("Building the sample workspace (about half a minute) …")
            sample = building.build(timezone.now(), PASSWORD, building.READERS)
            self.stdout.write(
                f"“{sample.workspace.name}”: {sample.contacts:,} contacts, {sample.hits:,} opens "
                f"and clicks, in {time.monotonic() - began:.0f} s."
            )
        self.stdout.write(f"Sign in as {building.EMAIL} with the password “{PASSWORD}”.")

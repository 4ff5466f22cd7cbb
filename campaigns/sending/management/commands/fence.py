"""Look at, and decide, whether this database is the one that sends."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from campaigns.accounts import audit
from campaigns.accounts.models import Workspace
from campaigns.sending import fence
from campaigns.sending.fence import Standing

SAYS = {
    Standing.OPEN: "Open: campaigns are sent from this database.",
    Standing.SUSPECT: "This looks like a copy: the next tick locks it.",
    Standing.LOCKED: "Locked, since this looks like a copy. --send lets it, --quiet keeps it so.",
    Standing.QUIET: "Locked, as somebody decided: nothing is sent. --send lets it.",
}


class Command(BaseCommand):
    help = "Say whether this database may be sent from, and decide it if it looks like a copy."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--send", action="store_true", help="this is the one that should send")
        choice.add_argument("--quiet", action="store_true", help="nothing is to be sent from it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide, if told to, and say how it stands."""
        if options["send"] and fence.go_on():
            self._record("copy_sends")
        if options["quiet"] and fence.keep_quiet():
            self._record("copy_kept_quiet")
        self.stdout.write(SAYS[fence.standing()])

    def _record(self, action: str) -> None:
        for workspace in Workspace.objects.all():
            audit.record(None, workspace, action)

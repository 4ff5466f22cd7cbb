"""Launch a campaign from a script, and wait for its end if asked to."""

from __future__ import annotations

import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from campaigns.composing import checks
from campaigns.composing.models import Campaign
from campaigns.sending import fence, launch, tasks, transport
from campaigns.sending.progress import progress

RUNNING = (Campaign.Status.PREPARING, Campaign.Status.SENDING)
# A finished campaign is success; anything else a script has to notice.
GOOD = (Campaign.Status.SENT,)


class Command(BaseCommand):
    help = "Launch a campaign. Running it twice launches once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("campaign", type=int, help="the campaign's number")
        parser.add_argument(
            "--wait", action="store_true", help="send in this process too, until it is finished"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Launch, tell the workers, and wait."""
        campaign = Campaign.objects.select_related("sender").filter(pk=options["campaign"]).first()
        if campaign is None:
            raise CommandError(_("There is no campaign %(id)s.") % {"id": options["campaign"]})
        if not fence.check():
            raise CommandError(_("This database looks like a copy: see `manage.py fence`."))
        self._launch(campaign)
        if not options["wait"]:
            self.stdout.write(_("The workers send it. Add --wait to watch."))
            return
        self._work(campaign)
        if campaign.status not in GOOD:
            raise CommandError(f"{campaign.get_status_display()}. {campaign.pause_reason}")

    def _launch(self, campaign: Campaign) -> None:
        if campaign.status in launch.LAUNCHABLE:
            problems = checks.problems(campaign)
            if problems:
                raise CommandError(" ".join(problem.message for problem in problems))
            if launch.launch(campaign):
                self.stdout.write(_("Launched."))
        tasks.ring_launch(campaign.pk)

    def _work(self, campaign: Campaign) -> None:
        launch.prepare(campaign.pk)
        campaign.refresh_from_db()
        while campaign.status in RUNNING:
            if not transport.work(campaign.pk, seconds=5):
                time.sleep(1)
            campaign.refresh_from_db()
            if campaign.status in RUNNING:
                self._say(campaign)
        self._say(campaign)

    def _say(self, campaign: Campaign) -> None:
        now = progress(campaign)
        self.stdout.write(
            f"sent {now.sent} of {now.total}, failed {now.failed + now.expired},"
            f" not confirmed {now.unknown}, left out {now.suppressed}, remaining {now.remaining}"
        )

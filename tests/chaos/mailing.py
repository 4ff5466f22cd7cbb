"""Campaigns for a run: launched one after the other, so that there is always work to harm."""

import time
from collections.abc import Callable

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from campaigns.audience.models import Subscription
from campaigns.composing.models import Campaign
from campaigns.sending import launch, steering
from campaigns.sending.models import Cooldown, Delivery
from tests import world
from tests.chaos import provider
from tests.chaos.judge import Row
from tests.sending import stage

# Of all mails, meet a fault.
FAULTS = 0.03
UNFINISHED = (Campaign.Status.PREPARING, Campaign.Status.SENDING, Campaign.Status.PAUSED)


class Mailing:
    """The campaigns of one run, all through senders whose providers listen on `port`."""

    def __init__(self, *, port: int, by_api: bool = False, size: int) -> None:
        self.port = port
        self.people = 0
        self._size = size
        # To the provider, an address says what happens to its mail.
        self._faults = tuple(provider.FAULTS) if by_api else ()
        self._workspace = world.make_workspace()
        # In turn.
        self._senders = (
            [stage.make_api_sender(self._workspace, kind, port) for kind in provider.KINDS]
            if by_api
            else [stage.make_smtp_sender(self._workspace, port)]
        )
        self._campaigns = Campaign.objects.filter(workspace=self._workspace)
        self._deliveries = Delivery.objects.filter(workspace=self._workspace)

    def keep_going(self) -> None:
        """Launch another campaign when the last one is nearly out, and let no one wait long."""
        self.hurry()
        unfinished = self._campaigns.filter(status__in=UNFINISHED)
        if not unfinished.exists() or (
            not unfinished.filter(status=Campaign.Status.PREPARING).exists()
            and self._deliveries.pending().count() < self._size / 2
        ):
            self._launch_another()

    def hurry(self) -> None:
        """Let waiting times pass at once: back-offs, the provider's, and that of a pause."""
        now = timezone.now()
        self._deliveries.waiting().filter(next_at__gt=now).update(next_at=now)
        Cooldown.objects.filter(provider__workspace=self._workspace).delete()
        for campaign in self._campaigns.filter(status=Campaign.Status.PAUSED):
            steering.resume(campaign)

    def pause(self) -> bool:
        """Pause a campaign that is going out, and say whether there was one."""
        campaign = self._campaigns.filter(status=Campaign.Status.SENDING).order_by("?").first()
        return campaign is not None and steering.pause(campaign)

    def is_over(self) -> bool:
        """Whether every campaign is sent and every delivery decided."""
        left = ~Q(status=Campaign.Status.SENT)
        return not self._campaigns.filter(left).exists() and not self._deliveries.open().exists()

    def finish(self, seconds: float, pump: Callable[[], None]) -> bool:
        """Wait for the end, calling `pump` between looks, and say whether it came in time."""
        ends_at = time.monotonic() + seconds
        while not self.is_over():
            if time.monotonic() > ends_at:
                return False
            self.hurry()
            pump()
            time.sleep(0.2)
        return True

    def left(self) -> str:
        """Say what is not over, for the message of a run that failed."""
        statuses = self._campaigns.order_by("pk").values_list("status", flat=True)
        return f"campaigns {list(statuses)}, deliveries {self._deliveries.counts()}"

    def rows(self) -> list[Row]:
        """Return the ledger of this run."""
        found = self._deliveries.values_list("address", "state")
        return [Row(address, state) for address, state in found]

    def _launch_another(self) -> None:
        number = self._campaigns.count()
        readers = world.make_list(self._workspace)
        # No address is in two campaigns, so a second mail to an address is a second mail.
        stage.make_many(self._workspace, readers, self._size, name=f"c{number}p")
        for fault in self._faults:
            unlucky = round(self._size * FAULTS / len(self._faults))
            stage.make_many(self._workspace, readers, unlucky, name=f"{fault}-{number}-")
        self.people += Subscription.objects.filter(list=readers).count()
        with connection.cursor() as cursor:
            # As an import does: nobody launches to people that the planner does not know of.
            cursor.execute("ANALYZE audience_contact, audience_subscription")
        sender = self._senders[number % len(self._senders)]
        campaign = world.make_campaign(self._workspace, sender=sender, lists=[readers])
        assert launch.launch(campaign)

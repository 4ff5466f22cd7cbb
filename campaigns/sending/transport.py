"""Send a campaign: a few lanes, each with its own connection, work through the ledger.

Knows nothing of Celery. A task, a command or a test calls `work` until it returns False.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from campaigns.accounts.models import Provider
from campaigns.audience import addresses
from campaigns.composing.models import Campaign
from campaigns.sending import (
    building,
    calming,
    claiming,
    faults,
    fence,
    flowing,
    mailers,
    pacing,
    repeating,
    standing_in,
    steering,
    supplying,
)
from campaigns.sending.bounces import return_addresses
from campaigns.sending.building import Builder
from campaigns.sending.models import Delivery
from campaigns.sending.outcomes import Handover, Outgoing, TransportError, Verdict
from campaigns.sending.pacing import acquainting, reputation
from campaigns.sending.pacing.gates import Brakes
from campaigns.sending.querysets import moves
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.smtp import SmtpMailer
from campaigns.sending.smtp.mailer import MAILS_UNDER_WAY
from campaigns.sending.supplying import Batch

logger = logging.getLogger(__name__)

# A window that takes longer than this does not grow: a pause must not wait for it.
SLOW_WINDOW = 1.0
# So many refusals in a row, with nothing taken between them, concern us and not them.
REFUSALS_IN_A_ROW = 25
# So many windows in a row that broke and got nothing through: the provider is in trouble.
BREAKS_IN_A_ROW = 3


@dataclass
class Shift:
    """One worker's turn at one campaign, shared by its lanes."""

    campaign: Campaign
    provider: Provider
    ends_at: float
    stop: threading.Event
    brakes: Brakes
    sent: int = 0
    trouble: TransportError | None = None
    # The database's disk is full.
    is_full: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def provider_id(self) -> int:
        return self.provider.pk

    def is_over(self) -> bool:
        if self.brakes.is_shut or (self.trouble is not None and self.trouble.retry_after):
            return True
        return self.stop.is_set() or time.monotonic() >= self.ends_at


def work(campaign_id: int, *, seconds: float, stop: threading.Event | None = None) -> bool:
    """Send for up to `seconds`, and say whether there is more to do at once.

    Any number of workers may do this for the same campaign at the same time.
    """
    if not fence.check():
        return False
    campaign, provider = _sendable(campaign_id)
    if campaign is None or provider is None or not _is_safe(campaign):
        return False
    slot = moves.try_slot(campaign_id, settings.SEND_WORKERS)
    if slot is None:
        return False
    try:
        calming.calm()
        stop = stop or threading.Event()
        acquainting.meet(campaign, provider)
        brakes = Brakes(campaign, provider.pk, stop)
        if brakes.is_shut:
            return False
        shift = Shift(campaign, provider, time.monotonic() + seconds, stop, brakes)
        _run_lanes(shift)
        _take_stock(shift)
    finally:
        moves.free_slot(campaign_id, slot)
    # What the lanes gave back after somebody cancelled the campaign.
    steering.cancel_rest(campaign_id)
    if moves.finish(campaign_id) or shift.stop.is_set() or brakes.is_shut:
        return False
    return (
        _sendable(campaign_id)[1] is not None
        and Delivery.objects.filter(campaign=campaign_id).claimable().exists()
    )


def _sendable(campaign_id: int) -> tuple[Campaign | None, Provider | None]:
    """Return the campaign if it is to be sent, and who may take its mails now."""
    campaign = (
        Campaign.objects.select_related("sender__provider", "workspace")
        .filter(pk=campaign_id, status=Campaign.Status.SENDING)
        .first()
    )
    if campaign is None or campaign.sender is None:
        return None, None
    return campaign, standing_in.choose(campaign.sender)


def _is_safe(campaign: Campaign) -> bool:
    """Whether the database keeps what it confirms, and its sender harms nobody; else it waits."""
    try:
        claiming.check_database()
    except claiming.UnsafeDatabaseError as error:
        logger.error("Nothing is sent: %s", error)
        steering.stop_for_database(campaign, str(error))
        return False
    return not reputation.stop(campaign)


def _run_lanes(shift: Shift) -> None:
    threads = [
        threading.Thread(target=_lane, args=(shift, connections), name=f"lane-{number}")
        for number, connections in enumerate(
            mailers.lanes(shift.provider, shift.brakes.connections)
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _lane(shift: Shift, connections: int) -> None:
    """Run one lane in its own thread, with its own database connection."""
    try:
        lane = Lane(shift, connections)
        try:
            lane.run()
        finally:
            lane.mailer.close()
    except TransportError as error:
        shift.trouble = error
    except OperationalError as error:
        logger.warning("A lane of campaign %s lost the database", shift.campaign.pk, exc_info=True)
        shift.is_full = shift.is_full or claiming.is_out_of_space(error)
    except Exception:
        # What we held heals by itself: claims expire, intents become unknown.
        logger.exception("A lane of campaign %s stopped", shift.campaign.pk)
    finally:
        connection.close()


class Lane:
    """One thread's connections to the provider, and the windows that go through them."""

    def __init__(self, shift: Shift, connections: int = 1) -> None:
        assert shift.campaign.sender is not None  # noqa: S101 - `_sendable` saw to it
        self.shift = shift
        self.mailer = mailers.mailer_for(
            shift.campaign.sender, shift.provider, connections=connections
        )
        returns = return_addresses.of_sender(shift.campaign.sender, self.mailer)
        wants, sign = self.mailer.wants, self.mailer.sign
        self.builder = Builder(shift.campaign, wants, sign, return_address=returns)
        supply = supplying.Supply(shift)
        self.most = self.mailer.window
        self.supply: supplying.Supply | supplying.Ahead = supply
        self.flow: flowing.Flow | None = None
        if connections > 1 and isinstance(self.mailer, SmtpMailer):
            # One half is under way while the other gets its intent; what was not settled with
            # its window, at most two mails of a connection, belongs to the first.
            self.most = connections * (MAILS_UNDER_WAY // 2 - 2)
            self.flow = flowing.Flow(self.mailer, self._mails)
            self.supply = supplying.Ahead(supply, self.flow.attend)
        self._done: list[Batch] = []
        self.refusals = 0
        self.breaks = 0

    def run(self) -> None:
        try:
            while (batch := self.supply.next(*self._take_done())) is not None:
                if not self._send(batch):
                    break
        finally:
            try:
                if self.flow is not None:
                    rest, done = self.flow.finish()
                    self._done += done
                    self._learn(rest)
            finally:
                self.supply.close(*self._take_done())

    def _take_done(self) -> list[Batch]:
        done, self._done = self._done, []
        return done

    def _send(self, batch: Batch) -> bool:
        """Hand a window over; False ends the lane."""
        began = time.monotonic()
        until = began + settings.SEND_INTENT_SECONDS / 2
        # It may have been prepared before there was trouble.
        rows = batch.rows[: self.supply.window]
        if self.flow is not None:
            handover, done = self.flow.send(batch, rows, until=until)
            self._done += done
        else:
            handover = repeating.hand_over(self.mailer, self._mails(batch, rows), until=until)
            batch.outcomes = handover.outcomes
            self._done.append(batch)
        faults.point(faults.AFTER_SEND)
        if handover.outcomes:
            self._size_window(clean=handover.clean, took=time.monotonic() - began)
        return self._learn(handover)

    def _mails(self, batch: Batch, rows: Sequence[Claimed]) -> Iterator[Outgoing]:
        """Make the mails one by one, after their intent: who dies of one must not meet it again."""
        for row in rows:
            try:
                mail = self.builder.outgoing(row)
            except Exception as error:
                # Whatever one person's data does to a template, the others get their mail.
                logger.warning("Delivery %s cannot be built", row.id, exc_info=True)
                unmade = building.unmade(row.id, error)
                batch.unmade.append(unmade)
                self.refusals += unmade.state == "failed"
            else:
                batch.made.append(row)
                yield mail

    def _learn(self, done: Handover) -> bool:
        sent = sum(outcome.verdict is Verdict.SENT for outcome in done.outcomes)
        with self.shift.lock:
            self.shift.sent += sent
            if done.trouble is not None:
                self.shift.trouble = done.trouble
        if done.trouble is not None:
            return False
        if sent or (done.clean and done.outcomes):
            self.breaks = 0
        elif not done.clean:
            self.breaks += 1
        if self.breaks >= BREAKS_IN_A_ROW:
            words = [outcome.text for outcome in done.outcomes if outcome.text]
            self.shift.trouble = TransportError(words[0] if words else _("connections break"))
            return False
        refused = [outcome for outcome in done.outcomes if outcome.verdict is Verdict.REFUSED]
        self.refusals = 0 if sent else self.refusals + len(refused)
        return self._is_worth_it(refused[-1].text if refused else "")

    def _is_worth_it(self, words: str) -> bool:
        if self.refusals < REFUSALS_IN_A_ROW:
            return True
        steering.stop_for_refusals(self.shift.campaign, words)
        return False

    def _size_window(self, *, clean: bool, took: float) -> None:
        if not clean:
            self.supply.window = 1
        elif took < SLOW_WINDOW:
            self.supply.window = min(self.supply.window * 2, self.most)
        else:
            self.supply.window = max(self.supply.window // 2, 1)


def _take_stock(shift: Shift) -> None:
    """After the lanes: wait when the provider is in trouble, pause when that will not help."""
    assert shift.campaign.sender is not None  # noqa: S101 - `_sendable` saw to it
    if shift.is_full:
        steering.stop_for_database(shift.campaign, claiming.out_of_space())
        return
    provider_id, trouble = shift.provider.pk, shift.trouble
    if trouble is None or (shift.sent and not trouble.lasting and not trouble.retry_after):
        # Some lanes got through: at most it wants fewer connections.
        if shift.sent:
            pacing.warm_up(provider_id, shift.campaign.sender.pk)
        return
    logger.warning("Provider %s is in trouble: %s", provider_id, addresses.masked(trouble.reason))
    waits = not trouble.lasting and pacing.cool_down(provider_id, trouble) <= pacing.MAX_WAITS
    if not waits and not standing_in.hand_on(shift.campaign.sender, shift.provider, trouble):
        steering.stop_for_provider(shift.campaign, trouble.reason)

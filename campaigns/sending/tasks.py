"""What workers and beat do: ids in, one verb, nothing out.

Every task may be lost, doubled, or run by ten workers at once: the truth is in the
ledger, and `tick` rings again for whatever has to go on.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.signals import worker_shutting_down

from campaigns.sending import (
    again,
    apart,
    fence,
    launch,
    leaks,
    reaping,
    reckoning,
    scheduling,
    transport,
)
from campaigns.sending.bounces import reading
from campaigns.sending.pacing import alarms, easing, parts, rounds
from campaigns.sending.querysets import digests, weeks

# Short enough that a deploy need not wait, long enough that rings cost nothing.
SHIFT_SECONDS = 25.0
# A ring that nobody heard in time is worth nothing: the next tick says the same.
RING = 15
BOUNCE_RING = 60
DIGESTS_AT_ONCE = 5
# What the tick does before it rings.
STEPS: tuple[Callable[[], object], ...] = (
    reaping.reap,
    reaping.finish_all,
    reaping.cancel_rests,
    scheduling.launch_due,
    rounds.stop_and_let_go,
    parts.go_on,
    parts.let_stragglers_go,
    easing.forget,
    weeks.forget,
)

# Made before the pool forks, so that the parent can tell its children to stop.
_stopping = multiprocessing.Event()


@worker_shutting_down.connect
def _tell_children(**_kwargs: object) -> None:
    _stopping.set()


@shared_task(base=DjangoTask, ignore_result=True)
def tick() -> None:
    """Heal, launch what is due, and ring for whatever has to go on."""
    if fence.check(renew=True):
        apart.each("Step", (*STEPS, _ring_owners, _ring_workers), lambda step: step())


@shared_task(base=DjangoTask, ignore_result=True)
def look_ahead() -> None:
    """See who joined a campaign in an earlier time zone than those who were there."""
    scheduling.look_ahead()


@shared_task(base=DjangoTask, ignore_result=True)
def count_campaign(campaign_id: int) -> None:
    """Count how a large campaign stands, before anybody looks."""
    reckoning.renew(campaign_id)


@shared_task(base=DjangoTask, ignore_result=True)
def digest_campaign(campaign_id: int) -> None:
    """Keep in bits who got a campaign that is over, for segments."""
    digests.make(campaign_id)


@shared_task(base=DjangoTask, ignore_result=True)
def launch_campaign(campaign_id: int) -> None:
    """Freeze the audience of a campaign that is being prepared, and begin to send."""
    if fence.check() and launch.prepare(campaign_id):
        send_campaign.apply_async((campaign_id,), expires=RING)
        count_campaign.apply_async((campaign_id,), expires=RING)


@shared_task(base=DjangoTask, ignore_result=True)
def send_campaign(campaign_id: int) -> None:
    """Send for a while; ring again while there is more."""
    stop = _Stop()
    with stop:
        more = transport.work(campaign_id, seconds=SHIFT_SECONDS, stop=stop.event)
    if more:
        send_campaign.apply_async((campaign_id,), expires=RING)


@shared_task(base=DjangoTask, ignore_result=True)
def give_another_chance(chance_id: int) -> None:
    """Go on with what somebody decided; the tick rings again while there is more."""
    if fence.check():
        again.go_on(chance_id, seconds=SHIFT_SECONDS)


@shared_task(base=DjangoTask, ignore_result=True)
def tell_owners() -> None:
    """Tell owners what was stopped; apart from the tick, which must not wait for a mail server."""
    apart.each("Telling of", (_tell_of_alarms, _tell_of_leaks), lambda tell: tell())


@shared_task(base=DjangoTask, ignore_result=True)
def look_for_bounces() -> None:
    """Ring for the bounce mailboxes that it is time to read; a copy must empty nobody's."""
    if not fence.check():
        return
    for mailbox_id in reading.due():
        read_bounces.apply_async((mailbox_id,), expires=BOUNCE_RING)


@shared_task(base=DjangoTask, ignore_result=True)
def read_bounces(mailbox_id: int) -> None:
    """Read one bounce mailbox for a while; ring again while there is more."""
    if fence.check() and reading.read(mailbox_id):
        read_bounces.apply_async((mailbox_id,), expires=BOUNCE_RING)


def _tell_of_alarms() -> None:
    apart.each("Telling the owners of alarm", alarms.untold(), alarms.tell)


def _tell_of_leaks() -> None:
    apart.each("Telling the owners of leak", leaks.untold(), leaks.tell)


def _ring_owners() -> None:
    if alarms.untold() or leaks.untold():
        tell_owners.apply_async(expires=RING)


def _ring_workers() -> None:
    bells = (
        (launch_campaign, reaping.preparing),
        (give_another_chance, again.all_under_way),
        (send_campaign, reaping.hungry),
        (count_campaign, reckoning.due),
        (digest_campaign, lambda: digests.due(DIGESTS_AT_ONCE)),
    )
    apart.each("Ringing for", bells, lambda bell: _ring(*bell))


def _ring(task: DjangoTask[..., None], wanted: Callable[[], Iterable[int]]) -> None:
    for pk in wanted():
        task.apply_async((pk,), expires=RING)


def ring_launch(campaign_id: int) -> None:
    """Let a worker begin with a campaign that was just launched."""
    launch_campaign.delay_on_commit(campaign_id)


def ring_send(campaign_id: int) -> None:
    """Let a worker go on with a campaign that was just resumed."""
    send_campaign.delay_on_commit(campaign_id)


def ring_chance(chance_id: int) -> None:
    """Let a worker go on with what takes longer than a request."""
    give_another_chance.delay_on_commit(chance_id)


def ring_bounces(mailbox_id: int) -> None:
    """Let a worker read a mailbox that somebody looks at."""
    read_bounces.delay_on_commit(mailbox_id)


class _Stop:
    """An event that is set when this worker is asked to end, so that claims are given back."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self._done = threading.Event()
        self._before: signal.Handlers | object = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGTERM, self._on_signal)
        threading.Thread(target=self._watch, daemon=True).start()

    def __exit__(self, *_exc: object) -> None:
        self._done.set()
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)  # type: ignore[arg-type]  # as it was
            if self.event.is_set() and not _stopping.is_set():
                # It was meant for the process, not only for the task.
                signal.raise_signal(signal.SIGTERM)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            if _stopping.is_set():
                self.event.set()
                return

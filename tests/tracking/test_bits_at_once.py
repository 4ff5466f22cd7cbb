"""Many write of what people did at the same moment, and the bits say what the rows say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.tracking.test_bits import agree
from tracking import bits, merging, muting, retention, stopping, upserts
from tracking.deeds import Deeds
from tracking.models import Merged
from tracking.querysets import lock_draining
from tracking.tokens import Kind

CAMPAIGNS = (1, 2, 3)
# Of twelve blocks, so that the order in which they are written matters.
PEOPLE = [block * 4096 + n for block in range(12) for n in range(3)]
TURNS = 40


def drain(random: Random) -> None:
    """What a drainer does with a batch."""
    people = {(pick, person) for person in random.sample(PEOPLE, 12) for pick in CAMPAIGNS}
    of = {(campaign, campaign * 100_000 + person): person for campaign, person in people}
    with transaction.atomic():
        lock_draining()
        found = upserts.deeds_of(of)
        for (campaign, delivery), person in of.items():
            deeds = found.setdefault(
                (campaign, delivery), Deeds(1, campaign, delivery, contact_id=person)
            )
            deeds.latest_at = timezone.now() - timedelta(days=random.choice([1, 90]))
            name = random.choice(["opens_sure", "opens_uncertain", "clicks_sure"])
            setattr(deeds, name, getattr(deeds, name) + 1)
        upserts.write_deeds(found)


def let_go(_random: Random) -> None:
    retention.let_go(timezone.now(), keep_days=45)


def withdraw(random: Random) -> None:
    kinds = random.choice([[Kind.OPEN], [Kind.CLICK], list(Kind)])
    muting.mute(dict.fromkeys(random.sample(PEOPLE, 3), 1), kinds)


def merge(random: Random) -> None:
    gone, kept = random.sample(PEOPLE, 2)
    # Nobody is merged twice.
    if not Merged.objects.filter(pk=gone).exists():
        merging.merge(gone, into=kept)


def judge_again(random: Random) -> None:
    """Rows may say less than they did."""
    with transaction.atomic():
        lock_draining()
        keys = [(random.choice(CAMPAIGNS), person) for person in random.sample(PEOPLE, 9)]
        found = upserts.deeds_of((c, c * 100_000 + person) for c, person in keys)
        for deeds in found.values():
            deeds.opens_sure = deeds.clicks_sure = 0
        upserts.write_deeds(found)


def renew(_random: Random) -> None:
    bits.renew()


def stop(random: Random) -> None:
    stopping.erase(random.choice(CAMPAIGNS))


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_keep_the_bits_true():
    failures: list[BaseException] = []
    over = threading.Event()

    def work(seed: int, turns: int, *deeds: Callable[[Random], None]) -> None:
        random = Random(seed)
        try:
            for _turn in range(turns):
                random.choice(deeds)(random)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def keep_letting_go() -> None:
        while not over.is_set() and not failures:
            work(0, 1, let_go)

    workers = [
        threading.Thread(target=work, args=(1, TURNS, drain)),
        threading.Thread(target=work, args=(2, TURNS, drain, judge_again)),
        threading.Thread(target=work, args=(3, TURNS // 2, withdraw, merge, renew, stop)),
    ]
    beside = [threading.Thread(target=keep_letting_go) for _ in range(2)]
    for thread in (*workers, *beside):
        thread.start()
    for thread in workers:
        thread.join()
    over.set()
    for thread in beside:
        thread.join()
    assert failures == []
    drain(Random(4))
    assert agree()

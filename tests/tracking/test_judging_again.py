"""What is kept is judged by newer rules, in pieces, and the counts follow."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.tracking import recount
from tests.tracking.agents_met import APPLE_PRIVACY, CHROME, GMAIL, GMAIL_PREFETCH, SCANNER
from tests.tracking.hitting import AT, JP, NL, fill, make_campaign, make_hit, person
from tracking import classify, draining, facts, hits, judging_again, signatures
from tracking.models import CampaignCount, Engagement, Event, LinkClicker, PeopleCount
from tracking.tokens import Mode, Token

pytestmark = pytest.mark.django_db
AGENTS = [CHROME, CHROME, CHROME, GMAIL, APPLE_PRIVACY, GMAIL_PREFETCH, SCANNER, ""]
LINKS = ("https://a.example", "https://b.example", "https://c.example")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def sent(monkeypatch) -> None:
    """Each mail was handed over at AT, and some seconds by its number."""
    monkeypatch.setattr(facts, "_sent_times", [])
    facts.register_sent_times(lambda ids: {pk: AT + timedelta(seconds=pk * 60) for pk in ids})


def drain(folder: Path, *found: hits.Hit) -> None:
    fill(folder, list(found))
    draining.drain(folder)


def some(seed: int, count: int = 300) -> list[hits.Hit]:
    """Return hits of all kinds, many of them within seconds of the mail."""
    chance = random.Random(seed)
    campaigns = [make_campaign(*LINKS) for _ in range(2)]
    return [_random_hit(chance, campaigns) for _ in range(count)]


def _random_hit(chance: random.Random, campaigns: list[int]) -> hits.Hit:
    campaign, who = chance.choice(campaigns), chance.randint(1, 12)
    own = Token(campaign, mode=Mode.SELF)
    token = chance.choice([Token(campaign), own, *[person(campaign, who)] * 5])
    fields: dict[str, Any] = {
        "agent": chance.choice(AGENTS),
        "ip": chance.choice([NL, JP, "127.0.0.1"]),
        "flags": chance.choice(["fl", "fl", "fxl", "fnl", "l", "", "p", "flg"]),
        "after": who * 60 + chance.choice([1, 3, 8, 40, 4000]),
    }
    return make_hit(token, chance.choice([0, 0, 1, 2, 3]), **fields)


def snapshot() -> list[Any]:
    columns = ("id", "verdict", "reason", "rules", "beside")
    return list(Event.objects.order_by("id").values_list(*columns))


@pytest.mark.parametrize("seed", range(3))
def test_other_rules_change_verdicts_and_all_counts_with_them(folder, sent, settings, seed):
    drain(folder, *some(seed))
    recount.same()
    for delay in (0, 45, 5):
        settings.HUMAN_DELAY_SECONDS = delay
        tally = judging_again.judge_again(everything=True)
        assert tally.seen == 300
        assert sum(tally.changed.values()) > 10
        recount.same()


def test_there_and_back_again_all_is_as_it_was(folder, sent, settings):
    drain(folder, *some(7))
    before = snapshot()
    people = list(PeopleCount.objects.order_by("campaign_id").values())
    settings.HUMAN_DELAY_SECONDS = 45
    judging_again.judge_again(everything=True)
    assert list(PeopleCount.objects.order_by("campaign_id").values()) != people
    settings.HUMAN_DELAY_SECONDS = 5
    judging_again.judge_again(everything=True)
    assert snapshot() == before
    assert list(PeopleCount.objects.order_by("campaign_id").values()) == people


def test_the_same_rules_change_nothing(folder, sent):
    drain(folder, *some(8))
    before = snapshot()
    tally = judging_again.judge_again(everything=True)
    assert (tally.seen, tally.changed, tally.beyond) == (300, {}, 0)
    assert snapshot() == before
    assert judging_again.judge_again().seen == 0, "nothing is of older rules"


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


def test_killed_anywhere_it_goes_on_and_changes_each_count_once(
    folder, sent, settings, monkeypatch
):
    drain(folder, *some(9))
    Event.objects.update(rules=1)
    settings.HUMAN_DELAY_SECONDS = 45
    monkeypatch.setattr(judging_again, "CHUNK", 50)
    chunks = 0

    def die(tally: judging_again.Tally) -> None:
        nonlocal chunks
        chunks += 1
        if chunks % 2 == 0:
            raise Killed

    for _ in range(2):
        with pytest.raises(Killed):
            judging_again.judge_again(report=die)
        recount.same()
    judging_again.judge_again()
    assert chunks == 4
    assert set(Event.objects.values_list("rules", flat=True)) == {classify.RULES}
    recount.same()


@pytest.mark.django_db(transaction=True)
def test_a_chunk_happens_whole_or_not_at_all(folder, sent, settings, monkeypatch):
    drain(folder, *some(10))
    before = snapshot()
    settings.HUMAN_DELAY_SECONDS = 45
    with monkeypatch.context() as patch:
        patch.setattr("tracking.changing._recount_clickers", die_at_once)
        with pytest.raises(Killed):
            judging_again.judge_again(everything=True)
    assert snapshot() == before
    recount.same()


def die_at_once(*args: object) -> None:
    raise Killed


def test_what_an_entry_of_the_list_stands_for_may_change(folder, monkeypatch):
    campaign = make_campaign(*LINKS)
    drain(folder, make_hit(person(campaign, 1), agent="SeznamEmailProxy/2.0.63"))
    assert Engagement.objects.get(campaign_id=campaign).opens_sure == 1
    entry = signatures.Signature("seznam", signatures.SCANNER, marks=("seznamemailproxy",))
    monkeypatch.setattr(signatures, "_by_name", lambda: {"seznam": entry})
    classify.classify.cache_clear()
    tally = judging_again.judge_again(everything=True)
    classify.classify.cache_clear()
    assert tally.changed == {("proxied", "scanner"): 1}
    assert PeopleCount.objects.get(campaign_id=campaign).openers_sure == 0
    recount.same()


def test_what_was_kept_before_signals_were_stays_and_is_told(folder, sent):
    campaign = make_campaign(*LINKS)
    mail = person(campaign, 1)
    drain(folder, make_hit(mail, after=66), make_hit(mail, agent=SCANNER))
    Event.objects.filter(verdict="human").update(rules=1, family="", flags="", age=None)
    before = snapshot()
    tally = judging_again.judge_again(everything=True)
    assert (tally.seen, tally.beyond, tally.changed) == (2, 1, {})
    assert snapshot() == before
    recount.same()


def test_what_is_past_its_time_keeps_its_share_of_the_counts(folder, sent, settings):
    """Two opens and a click, of which an open and the click are in no row any more."""
    campaign = make_campaign(*LINKS)
    mail = person(campaign, 1)
    drain(folder, make_hit(mail, after=90), make_hit(mail, 1, after=95))
    drain(folder, make_hit(mail, after=66))
    first, _click, soon = Event.objects.order_by("id")
    Event.objects.exclude(pk=soon.pk).delete()
    settings.HUMAN_DELAY_SECONDS = 10
    judging_again.judge_again(everything=True)
    kept = Engagement.objects.get(campaign_id=campaign)
    assert (kept.opens_sure, kept.opens_machine, kept.clicks_sure) == (1, 1, 1)
    assert kept.first_open_at == soon.at, "what the lost one told cannot be found out"
    assert kept.first_click_at == AT + timedelta(seconds=95)
    assert kept.country == "NL" and first.country == "NL"
    people = PeopleCount.objects.get(campaign_id=campaign)
    assert (people.openers_sure, people.clickers_sure) == (1, 1)
    assert LinkClicker.objects.count() == 1
    assert CampaignCount.objects.get(campaign_id=campaign, verdict="human").opens == 1


def test_who_withdrew_is_not_brought_back(folder, sent, settings):
    drain(folder, *some(11))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracking_engagement")
        cursor.execute("DELETE FROM tracking_linkclicker")
        cursor.execute("DELETE FROM tracking_event WHERE contact_id IS NOT NULL")
    settings.HUMAN_DELAY_SECONDS = 45
    judging_again.judge_again(everything=True)
    assert not Engagement.objects.exists()


def test_the_command_says_what_became_of_what(folder, sent, settings, capsys):
    campaign = make_campaign(*LINKS)
    drain(
        folder,
        make_hit(person(campaign, 1), after=66),
        make_hit(person(campaign, 2), after=123),
        make_hit(person(campaign, 3), agent=SCANNER),
    )
    Event.objects.filter(reason="barracuda").update(family="")
    settings.HUMAN_DELAY_SECONDS = 2
    call_command("reclassify", "--all")
    out = capsys.readouterr().out
    assert f"3 opens and clicks judged by rules {classify.RULES}." in out
    assert "1 were scanner and are human now" in out
    assert "1 became people's without a place" in out
    assert "1 stay as they were" in out
    assert Counter(Event.objects.values_list("verdict", flat=True)) == {"human": 2, "scanner": 1}


def test_the_command_goes_on_after_an_event(folder, sent, capsys):
    drain(folder, *some(12, count=10))
    ids = list(Event.objects.order_by("id").values_list("id", flat=True))
    call_command("reclassify", "--all", "--after", str(ids[5]))
    assert "4 opens and clicks judged" in capsys.readouterr().out

"""What mail programs, services, browsers and scanners send, through front, spool and drainer.

Each request stands in `corpus/mail_programs.toml`, with who published it and what it is.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.tracking.hitting import AT, NL, fill, make_campaign, person
from tests.tracking.test_wsgi import LINKS, Answer, Door
from tracking import draining, facts, keys
from tracking.classify import MACHINE, Verdict
from tracking.models import Event
from tracking.redirects import Redirects
from tracking.snapshots import Snapshot
from tracking.tokens import Kind

FILE = Path(__file__).parent / "corpus" / "mail_programs.toml"
REQUESTS: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["request"]
EDGE = next(one for one in REQUESTS if one["who"] == "Edge, sent on by Safe Links")
OFFICE = "Microsoft Office Existence Discovery"


@dataclass
class House:
    """A mail to each of many people, the front that answers for them, and what is kept."""

    door: Door
    campaign: int
    folder: Path

    def ask(
        self,
        kind: Kind,
        headers: dict[str, str],
        *,
        of: int = 1,
        ip: str = NL,
        method: str = "GET",
    ) -> Answer:
        token = keys.signer().sign(kind, person(self.campaign, of))
        path = f"/track/open/{token}.gif" if kind is Kind.OPEN else f"/track/click/{token}/1"
        names = {name.lower().replace("-", "_"): text for name, text in headers.items()}
        return self.door.ask(path, method, x_forwarded_for=ip, **names)

    def kept(self) -> list[Event]:
        """Drain all hits, ten minutes after the mail and half a second apart."""
        begin = AT + timedelta(minutes=10)
        hits = [
            hit._replace(at_ns=int((begin.timestamp() + 0.5 * n) * 1e9))
            for n, hit in enumerate(self.door.recorded)
        ]
        fill(self.folder, hits)
        draining.drain(self.folder)
        # In the order of their hits, which the hour of who asks not to be measured would break.
        return list(Event.objects.order_by("id"))


@pytest.fixture
def house(tmp_path, settings, monkeypatch, db) -> House:
    """One whose mails went out at AT, and that is asked over https."""
    settings.TRACKING_URL = "https://t.example.org"
    monkeypatch.setattr(facts, "_sent_times", [])
    facts.register_sent_times(lambda ids: dict.fromkeys(ids, AT))
    door = Door(tmp_path)
    redirects = Redirects(lambda _campaign: LINKS, Snapshot(tmp_path))
    door.parts = replace(door.parts, signer=keys.signer(), redirects=redirects)
    return House(door, make_campaign(), tmp_path / "spool")


def test_each_is_taken_for_what_it_is(house, subtests):
    for number, one in enumerate(REQUESTS, 1):
        kind = Kind(one["kind"])
        answer = house.ask(kind, one["headers"], of=number, ip=one.get("ip", NL))
        assert answer.status == (200 if kind is Kind.OPEN else 302)
    for number, (one, event) in enumerate(zip(REQUESTS, house.kept(), strict=True), 1):
        with subtests.test(one["who"]):
            assert (event.verdict, event.reason) == (one["verdict"], one["reason"])
            if event.verdict not in MACHINE:
                assert event.client == one.get("client", "")
            is_signalling = "Sec-GPC" in one["headers"]
            assert event.contact_id == (None if is_signalling else person(0, number).contact_id)
            is_person = event.verdict == Verdict.HUMAN and not is_signalling
            assert event.country == ("NL" if is_person else "")


def test_whoever_clicks_in_office_is_a_person_though_office_looked_first(house):
    """It asks for the headers from the reader's own machine, a moment before the browser."""
    house.ask(Kind.CLICK, {"User-Agent": OFFICE}, method="HEAD")
    house.ask(Kind.CLICK, EDGE["headers"])
    (event,) = house.kept()
    assert (event.verdict, event.reason) == ("human", "browser")


def test_whoever_asks_for_headers_by_a_browsers_name_is_none(house):
    house.ask(Kind.CLICK, EDGE["headers"], method="HEAD")
    house.ask(Kind.CLICK, EDGE["headers"])
    (event,) = house.kept()
    assert (event.verdict, event.reason) == ("scanner", "head_first")


def test_each_says_who_published_it_and_when():
    assert len({one["who"] for one in REQUESTS}) == len(REQUESTS) >= 50
    for one in REQUESTS:
        assert one["source"] and date.fromisoformat(one["date"]) <= date(2026, 11, 26)
    assert {one["verdict"] for one in REQUESTS} == set(Verdict) - {Verdict.SELF}

"""Once a hit is judged, its address and its user agent are nowhere: not in the database, not
on the disk, not in a log. Looked for in all there is, with the real processes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.browser.stack import until
from tests.tracking.agents_met import CHROME, GMAIL
from tests.tracking.hitting import make_campaign, person
from tests.tracking.processes import Machine
from tracking import judging_again, keys, spool
from tracking.models import Event
from tracking.tokens import Kind, Mode, Token

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "Marked/77.31415"
V4, V6 = "145.97.20.177", "2001:67c:2e8:22::c100:1177"
TELLING = (MARK, V4, V6)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    host = Machine(tmp_path / "host")
    yield host
    host.stop()


def ask(machine: Machine, method: str, path: str, ip: str, agent: str) -> None:
    headers = {
        "User-Agent": agent,
        "X-Forwarded-For": f"10.9.8.7, {ip}",
        "Accept-Language": "nl-NL,nl;q=0.9",
        "Sec-Fetch-Mode": "navigate",
    }
    with contextlib.closing(machine.connect()) as asked:
        asked.request(method, path, headers=headers)
        asked.getresponse().read()


def test_no_address_and_no_user_agent_outlives_the_spool(machine):
    campaign = make_campaign("https://a.example", "https://b.example", "https://c.example")
    machine.start_web()
    paths = list(_paths(campaign))
    for path in paths:
        for ip in (V4, V6):
            ask(machine, "HEAD", path, ip, f"{CHROME} {MARK}")
            ask(machine, "GET", path, ip, f"{CHROME} {MARK}")
            ask(machine, "GET", path, ip, f"{GMAIL} {MARK}")
            ask(machine, "GET", path, ip, f"curl/8 {MARK}")
    reader = keys.signer().sign(Kind.CLICK, person(campaign, 3))
    ask(machine, "GET", f"/track/click/{reader}/1", V4, f"{CHROME} {MARK}")
    spooled = b"".join(path.read_bytes() for path in machine.spool.glob(f"*{spool.SUFFIX}"))
    assert all(text.encode() in spooled for text in TELLING), "so that there is what to look for"

    machine.start_drainer()
    until(lambda: not spool.segments(machine.spool), f"all is drained\n{machine.log()}")
    judging_again.judge_again(everything=True)

    assert Event.objects.filter(country="NL").exists(), "it was looked at before it went"
    assert _found_in_database() == {}
    assert _found_on_disk(machine.var) == {}


def _paths(campaign: int) -> Iterator[str]:
    own = Token(campaign, mode=Mode.SELF)
    sign = keys.signer().sign
    for token in (Token(campaign), person(campaign, 1), person(campaign, 2), own):
        yield f"/track/open/{sign(Kind.OPEN, token)}.gif"
        for number in range(4):
            yield f"/track/click/{sign(Kind.CLICK, token)}/{number}"
    yield "/track/open/forged.gif"
    yield "/track/click/forged/1"


def _found_in_database() -> dict[str, int]:
    """Look through every row of every table, whoever's it is."""
    found = {}
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        assert "tracking_spoolposition" in tables and len(tables) > 40
        for table in tables:
            for text in TELLING:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s',
                    [f"%{text}%"],
                )
                if count := cursor.fetchone()[0]:
                    found[f"{table}: {text}"] = count
    return found


def _found_on_disk(var: Path) -> dict[str, int]:
    """Look through every file of the host: the spool, the links beside it, the logs."""
    files = [path for path in var.rglob("*") if path.is_file()]
    assert any(path.name == "log.txt" for path in files)
    counts = {
        f"{path.relative_to(var)}: {text}": path.read_bytes().count(text.encode())
        for path in files
        for text in TELLING
    }
    return {name: count for name, count in counts.items() if count}

"""A million tokens that we did not sign: none leads anywhere, is recorded, or breaks anything."""

from __future__ import annotations

import base64
import http.client
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.tracking.hitting import make_campaign, person
from tests.tracking.processes import Machine
from tracking import draining, keys, spool, wsgi
from tracking.models import Event
from tracking.redirects import Redirects
from tracking.snapshots import Snapshot
from tracking.tokens import Keyring, Kind, Mode, Signer, Token

MANY = 1_000_000
OF_REAL_HTTP = 2_000
# In the middle of an address, as scanners and broken mail programs send them.
ODD_PATHS = (
    "/track/open/",
    "/track/open/.gif",
    "/track/click/",
    "/track/click//",
    "/track/click//1",
    "/track/open/%00.gif",
    "/track/open/%ff%fe.gif",
    "/track/open/..%2f..%2fetc%2fpasswd.gif",
    "/track/click/%F0%9F%92%A9/1",
    "/track/click/" + "A" * 4_000 + "/1",
    "/track/open/" + "%C3%A9" * 500 + ".gif",
    "/track/open/{{7*7}}.gif?x=%0d%0aSet-Cookie:a=b",
)


def foreign(signer: Signer, chance: random.Random, count: int) -> Iterator[tuple[Kind, str]]:
    """Yield tokens with a bit flipped, cut, lengthened, of another kind or key, and made up."""
    others = Signer(Keyring({number: chance.randbytes(32) for number in range(256)}, 7))
    tokens = [Token(7), Token(7, 11, 12, 1, Mode.INDIVIDUAL), Token(2**40, 2**41, 9, 3, Mode.SELF)]
    own = [(kind, signer.sign(kind, token)) for kind in Kind for token in tokens]
    raws = [(kind, base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) for kind, text in own]
    kinds = list(Kind)
    for number in range(count):
        kind, text = own[number % len(own)]
        match number % 8:
            case 0:
                yield kinds[kinds.index(kind) - 1], text
            case 1:
                yield kind, text[: chance.randrange(len(text))]
            case 2:
                yield kind, text + chance.choice("AQgw-_=%/\x00 ")
            case 3:
                yield kind, others.sign(kind, tokens[number % 3])
            case 4 | 5:
                yield kind, _text(chance.randbytes(14 + number % 30))
            case _:
                raw = bytearray(raws[number % len(own)][1])
                raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
                yield kind, _text(bytes(raw))


def test_no_token_but_ours_resolves(tmp_path):
    signer = Signer(Keyring({1: b"k" * 32}, 1))
    recorded: list[bytes] = []
    links = {1: "https://example.com/a"}
    parts = wsgi.Parts(signer, Redirects(lambda _: links, Snapshot(tmp_path)), recorded.append)
    app = wsgi.Tracking(wsgi.nothing_else, parts)
    told: Counter[tuple[str, str]] = Counter()
    for kind, text in foreign(signer, random.Random(1), MANY):
        path = f"/track/open/{text}.gif" if kind is Kind.OPEN else f"/track/click/{text}/1"
        environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET"}

        def answered(status: str, _headers: object, kind: str = kind) -> None:
            told[kind, status[:3]] += 1

        app(environ, answered)  # type: ignore[arg-type]  # As lean as a million calls need it.
    assert not recorded
    assert set(told) == {("open", "200"), ("click", "404")}
    assert told.total() == MANY


@pytest.mark.django_db(transaction=True)
def test_no_foreign_token_resolves_over_http(tmp_path):
    campaign = make_campaign("https://example.com/a")
    signer = keys.signer()
    machine = Machine(tmp_path / "host")
    machine.start_web()
    told: Counter[tuple[str, int]] = Counter()
    try:
        with closing(machine.connect()) as connection:
            for kind, text in foreign(signer, random.Random(2), OF_REAL_HTTP):
                text = text.replace("%", "%25").replace("\x00", "%00").replace(" ", "%20")
                tail = ".gif" if kind is Kind.OPEN else "/1"
                told[kind, _ask(connection, f"/track/{kind}/{text}{tail}").status] += 1
        for path in ODD_PATHS:
            with closing(machine.connect()) as connection:
                answer = _ask(connection, path)
                assert answer.status in (200, 400, 404), path
                assert answer.getheader("Location") is None
        assert set(told) == {("open", 200), ("click", 404)}
        assert spool.segments(machine.spool) == []
        _head_is_answered_and_not_counted(machine, campaign)
    finally:
        machine.stop()


def _head_is_answered_and_not_counted(machine: Machine, campaign: int) -> None:
    """Ask as link checkers and proxies do; then as a person does, which is the only hit."""
    sign, mail = keys.signer().sign, person(campaign, 1)
    pixel = f"/track/open/{sign(Kind.OPEN, mail)}.gif"
    link = f"/track/click/{sign(Kind.CLICK, mail)}/1"
    unknown = f"/track/click/{sign(Kind.CLICK, mail)}/9"
    with closing(machine.connect()) as connection:
        heads = [_ask(connection, path, "HEAD") for path in (pixel, link, unknown)]
        assert [head.status for head in heads] == [200, 302, 404]
        for path in (pixel, link, unknown):
            names = {name.lower() for name, _value in _ask(connection, path).getheaders()}
            assert not names & {"set-cookie", "etag", "last-modified"}
    draining.drain(machine.spool)
    kinds = Event.objects.filter(campaign_id=campaign).values_list("kind", flat=True)
    assert sorted(kinds) == ["click", "open"]


def _ask(
    connection: http.client.HTTPConnection, path: str, method: str = "GET"
) -> http.client.HTTPResponse:
    connection.request(method, path)
    response = connection.getresponse()
    response.read()
    return response


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

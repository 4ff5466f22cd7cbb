"""send.batch: many mails in one call of a provider's API, against one call for each.

Postmark's wire on loopback, answering after as long as a provider at some distance does. Both
ways keep their connection, go through django-anymail, and bring each person the same mail.
"""

from __future__ import annotations

import dataclasses
import statistics
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.server import ThreadingHTTPServer
from typing import Any

from django.test.utils import override_settings

from bench import audience
from campaigns.accounts.models import Provider
from campaigns.sending import launch
from campaigns.sending.building import Builder
from campaigns.sending.mailers.api import ApiMailer
from campaigns.sending.outcomes import Outgoing, Verdict
from campaigns.sending.querysets import ledger
from tests.sending import provider_stub
from tests.sending.provider_wires import WIRES

ROUNDS = 5
MAILS = 200
SECONDS = 0.05
KIND = Provider.Kind.POSTMARK
TARGET = 5


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with _provider() as url, override_settings(ALLOW_PRIVATE_HOSTS=True):
        credentials = WIRES[KIND].credentials | {WIRES[KIND].url: f"{url}/{KIND}"}
        mails = _mails()
        rounds = [
            (_rate(credentials, mails, 20), _rate(credentials, mails, 1)) for _ in range(ROUNDS)
        ]
    ratio = statistics.median(batch / single for batch, single in rounds)
    return [
        {
            "name": "send.batch",
            "figure": round(statistics.median(batch for batch, _single in rounds)),
            "unit": "mails/s",
            "reference": f"one call a mail; Postmark's wire, {SECONDS * 1000:.0f} ms away,"
            " one connection, batches of 20",
            "reference_figure": round(statistics.median(single for _batch, single in rounds)),
            "ratio": round(ratio, 1),
            "target": f"≥ {TARGET} ×",
            "met": ratio >= TARGET,
        }
    ]


def _rate(credentials: dict[str, Any], mails: Sequence[Outgoing], most: int) -> float:
    mailer = ApiMailer(KIND, credentials)
    mailer.traits = dataclasses.replace(mailer.traits, most=most)
    start = time.perf_counter()
    done = mailer.hand_over(mails)
    taken = time.perf_counter() - start
    assert all(outcome.verdict is Verdict.SENT for outcome in done.outcomes), done
    mailer.close()
    return len(mails) / taken


def _mails() -> list[Outgoing]:
    everybody = audience.make(MAILS, 25)
    campaign = audience.campaign(everybody)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)
    lease = timedelta(minutes=10)
    rows = ledger.claim(campaign.pk, token=uuid.uuid4(), limit=MAILS, lease=lease)
    builder = Builder(campaign, "parts")
    mails = [builder.outgoing(row) for row in rows]
    audience.clear(everybody)
    return mails


@contextmanager
def _provider() -> Iterator[str]:
    """Serve the provider's API at some distance, and give its address."""
    stub = provider_stub.Stub()

    class Distant(provider_stub.Handler):
        def answer(self, status: int, headers: dict[str, str], body: str) -> None:
            time.sleep(SECONDS)
            super().answer(status, headers, body)

    handler = type("Bound", (Distant,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

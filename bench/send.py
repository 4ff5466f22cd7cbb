"""send.end_to_end: mails per second, from the launch to the last answer in the ledger.

Ours is everything that a campaign costs: freezing the audience, claims, durable intents,
compiling, building, SMTP, results; one worker process. The reference sends the same mail
the way Django's documentation shows, a template rendered per person, `send_messages` in
batches over one connection, with no ledger at all. Same server, rounds in turn.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.test.utils import override_settings

from bench import letter, sink
from campaigns.accounts.models import Provider, Sender, Workspace
from campaigns.audience.models import Contact, List, Subscription
from campaigns.composing.models import Campaign
from campaigns.sending import launch, transport
from campaigns.sending.models import Delivery

ROUNDS = 5
OURS, THEIRS = 6_000, 300
BATCH = 100
TARGET = 12


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with sink.running() as (port, name), override_settings(ALLOW_PRIVATE_HOSTS=True):
        workspace, mailing_list = _audience(port)
        try:
            rounds = [_round(workspace, mailing_list, port) for _ in range(ROUNDS)]
        finally:
            _clear(workspace)
    ours = statistics.median(figure for figure, _cpu, _reference in rounds)
    cpu = statistics.median(cpu for _figure, cpu, _reference in rounds)
    reference = statistics.median(reference for _figure, _cpu, reference in rounds)
    ratio = statistics.median(figure / other for figure, _cpu, other in rounds)
    return [
        {
            "name": "send.end_to_end",
            "figure": round(ours),
            "unit": "mails/s",
            "reference": f"Django template + EmailMultiAlternatives + send_messages into {name},"
            f" no ledger (our worker: {cpu * 1e6:.0f} µs of processor a mail)",
            "reference_figure": round(reference),
            "ratio": round(ratio, 1),
            "target": f"≥ {TARGET} ×",
            "met": ratio >= TARGET,
        }
    ]


def _round(workspace: Workspace, mailing_list: List, port: int) -> tuple[float, float, float]:
    figure, cpu = _ours(workspace, mailing_list)
    return figure, cpu, _theirs(port)


def _ours(workspace: Workspace, mailing_list: List) -> tuple[float, float]:
    campaign = _campaign(workspace, mailing_list)
    start, cpu = time.perf_counter(), time.process_time()
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)
    while transport.work(campaign.pk, seconds=60):
        pass
    taken, used = time.perf_counter() - start, time.process_time() - cpu
    states = Delivery.objects.filter(campaign=campaign).counts()
    assert states == {"sent": OURS}, states
    return OURS / taken, used / OURS


def _theirs(port: int) -> float:
    server = get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port
    )
    start = time.perf_counter()
    sent = 0
    for batch in _batches(map(letter.stock(), range(1, THEIRS + 1))):
        sent += server.send_messages(batch) or 0
    assert sent == THEIRS
    return THEIRS / (time.perf_counter() - start)


def _batches(mails: Iterable[EmailMultiAlternatives]) -> Iterator[list[EmailMultiAlternatives]]:
    batch: list[EmailMultiAlternatives] = []
    for mail in mails:
        batch.append(mail)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _audience(port: int) -> tuple[Workspace, List]:
    workspace = Workspace.objects.create(
        name="Benchmark", postal_address="1 Main Street", policy=Workspace.Policy.OPT_OUT
    )
    provider = Provider(workspace=workspace, name="Sink", kind=Provider.Kind.SMTP)
    provider.credentials = {"host": "127.0.0.1", "port": port, "security": "none"}
    provider.save()
    Sender.objects.create(
        workspace=workspace, provider=provider, name="Acme News", email="news@acme.example"
    )
    mailing_list = List.objects.create(workspace=workspace, name="Everybody")
    people = Contact.objects.bulk_create(
        Contact(
            workspace=workspace,
            email=f"person{number}@example.com",
            email_key=f"person{number}@example.com",
            fingerprint=number.to_bytes(16, "big"),
            first_name=f"Person {number}",
            fields={"company": "Acme & Sons"},
        )
        for number in range(OURS)
    )
    Subscription.objects.bulk_create(
        Subscription(workspace=workspace, list=mailing_list, contact=person) for person in people
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audience_contact, audience_subscription, sending_delivery")
    return workspace, mailing_list


def _campaign(workspace: Workspace, mailing_list: List) -> Campaign:
    campaign = Campaign.objects.create(
        workspace=workspace,
        name="Benchmark",
        subject="News for {{ contact.first_name }}",
        sender=workspace.senders.get(),
        format=Campaign.Format.HTML,
        body=letter.html(),
        text=letter.text(),
    )
    campaign.lists.add(mailing_list)
    return campaign


def _clear(workspace: Workspace) -> None:
    Delivery.objects.filter(workspace=workspace).delete()
    workspace.campaigns.all().delete()
    workspace.senders.all().delete()
    workspace.delete()

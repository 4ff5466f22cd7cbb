"""Set a campaign up for sending: people on a list, deliveries in the ledger."""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now, Random
from django.utils import timezone

from campaigns.accounts.models import Provider, Sender, Workspace
from campaigns.audience.models import Contact, List, Subscription
from campaigns.composing.models import Campaign
from campaigns.sending import launch, transport
from campaigns.sending.models import Delivery, Lease
from campaigns.sending.querysets import moves, signals
from campaigns.sending.querysets.signals import Answers
from tests import world
from tests.sending.provider_wires import WIRES


def make_people(workspace: Workspace, on: List, count: int, **fields: Any) -> list[Contact]:
    """Subscribe `count` new people to the list."""
    people = [world.make_contact(workspace, on=on, **fields) for _ in range(count)]
    return people


def make_many(workspace: Workspace, on: List, count: int, *, name: str = "p") -> None:
    """Subscribe a crowd, in two statements."""
    people = Contact.objects.bulk_create(
        Contact(
            workspace=workspace,
            email=f"{name}{n}@example.com",
            email_key=f"{name}{n}@example.com",
            fingerprint=hashlib.blake2b(f"{name}{n}".encode(), digest_size=16).digest(),
            first_name=f"Name {n}",
        )
        for n in range(count)
    )
    Subscription.objects.bulk_create(
        Subscription(workspace=workspace, list=on, contact=person) for person in people
    )


def join(campaign: Campaign, names: Mapping[str, int], domain: str = "example.com") -> None:
    """Put people on its list: so many of each local part, which may be a fault of the sink's."""
    for name, count in names.items():
        for n in range(count):
            email = f"{name}-{n}@{domain}"
            world.make_contact(campaign.workspace, on=campaign.lists.get(), email=email)


def spread_out(campaign: Campaign) -> None:
    """Mix good and bad as a list does: 25 refusals in a row are another matter."""
    mine = Delivery.objects.filter(campaign=campaign)
    mine.update(next_at=Now() - Random() * timedelta(hours=1))


def make_sending(workspace: Workspace, people: int = 3, **fields: Any) -> Campaign:
    """A campaign that is sending, with one pending delivery per person; nothing is composed."""
    mailing_list = world.make_list(workspace)
    campaign = world.make_campaign(
        workspace, lists=[mailing_list], status=Campaign.Status.SENDING, **fields
    )
    for contact in make_people(workspace, mailing_list, people):
        make_delivery(campaign, contact)
    return campaign


def make_delivery(campaign: Campaign, contact: Contact, **fields: Any) -> Delivery:
    values: dict[str, Any] = {
        "address": contact.email,
        "address_key": contact.email_key,
        "domain": contact.email.rpartition("@")[2],
        "mode": "individual",
        "revision": 1,
        "consent_epoch": contact.consent_epoch,
    }
    values |= times_of(fields.get("state", "pending")) | fields
    return Delivery.objects.create(
        workspace=campaign.workspace, campaign=campaign, contact=contact, **values
    )


def times_of(state: str) -> dict[str, Any]:
    """The times that the database wants with a state."""
    now = timezone.now()
    return {
        "next_at": now if state == "pending" else None,
        "unknown_since": now if state == "unknown" else None,
    }


def become(deliveries: QuerySet[Delivery], state: str, **facts: Any) -> None:
    """Put the deliveries into a state, whatever they were."""
    deliveries.update(**({"state": state} | times_of(state) | facts))


def go(campaign: Campaign) -> None:
    """Launch it, and put its audience together."""
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def send(campaign: Campaign) -> None:
    """Let a worker send for as long as there is something to do at once."""
    while transport.work(campaign.pk, seconds=30):
        pass
    campaign.refresh_from_db()


def handed_over(workspace: Workspace, people: int, **fields: Any) -> Campaign:
    """A campaign whose mails are out, as far as it goes: others may follow."""
    campaign = make_sending(workspace, people=people, **fields)
    taken(campaign, people)
    return campaign


def taken(campaign: Campaign, n: int, mailbox: str = "other", **answers: int) -> None:
    """Let the next `n` be taken by their servers, and a lane add them up."""
    signals.add(campaign.pk, {mailbox: Answers(handed=n, **answers)}, age=1)
    now = timezone.now()
    pending = campaign.deliveries.pending().order_by("pk").values("pk")[:n]
    become(Delivery.objects.filter(pk__in=pending), "sent", done_at=now, sending_at=now)


def told(deliveries: Iterable[int], fact: str) -> None:
    """Let a provider tell this of the deliveries."""
    for pk in deliveries:
        moves.note_fact(pk, fact, timezone.now())


def some(campaign: Campaign, n: int) -> list[int]:
    """The ids of its first `n` deliveries."""
    return list(campaign.deliveries.order_by("pk").values_list("pk", flat=True)[:n])


def let_leases_expire() -> None:
    """Let so much time pass that every claim and every intent is too old."""
    past = timezone.now() - timedelta(hours=1)
    Lease.objects.update(taken_at=past, until=past)
    Delivery.objects.filter(state="sending").update(sending_at=past)


def make_smtp_sender(workspace: Workspace, port: int, **credentials: Any) -> Sender:
    """A sender whose provider is an SMTP server on loopback."""
    provider = Provider(workspace=workspace, name="Sink", kind=Provider.Kind.SMTP)
    provider.credentials = {"host": "127.0.0.1", "port": port, "security": "none"} | credentials
    provider.save()
    return world.make_sender(workspace, provider=provider)


def make_api_sender(workspace: Workspace, kind: str, port: int) -> Sender:
    """A sender whose provider is an API on loopback."""
    wire, address = WIRES[kind], f"http://127.0.0.1:{port}/{kind}"
    provider = Provider(workspace=workspace, name=kind, kind=kind)
    provider.credentials = wire.credentials | {wire.url: address}
    provider.save()
    return world.make_sender(workspace, provider=provider, email=f"{kind}@acme.example")


def states(campaign: Campaign) -> dict[str, int]:
    return Delivery.objects.filter(campaign=campaign).counts()


def wait_until(fact: Callable[[], Any], seconds: float = 90) -> Any:
    """Poll until `fact` is true, and return what it said; a busy machine may take its time."""
    ends_at = time.monotonic() + seconds
    while not (value := fact()):
        if time.monotonic() > ends_at:
            raise AssertionError(f"not true within {seconds} s")
        time.sleep(0.05)
    return value

"""What became of the sample's mails: most arrived, some did not, as mail servers put it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db.models import F

from campaigns.audience import suppression
from campaigns.audience.models import Suppression
from campaigns.composing.models import Campaign
from campaigns.reports.querysets.sample import backdate
from campaigns.sending.models import Delivery, ProviderEvent

State = Delivery.State
MAILS_PER_SECOND = 18

# (code, enhanced code, words, how many in 10,000), as real servers answer.
REFUSALS = (
    (550, "5.1.1", "The email account that you tried to reach does not exist", 28),
    (552, "5.2.2", "Mailbox full", 9),
    (550, "5.7.1", "Message rejected due to local policy", 7),
    (554, "5.4.14", "Hop count exceeded - possible mail loop", 2),
)
BOUNCES = (
    ("smtp; 550 5.1.1 User unknown in virtual mailbox table", 34),
    ("smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", 14),
    ("smtp; 550 5.4.1 Recipient address rejected: Access denied", 8),
)
COMPLAINTS = 3
# In 10,000, as above.
UNCONFIRMED = 5
LEFT_OUT = 12


@dataclass(frozen=True)
class Sent:
    """A delivery that went out."""

    delivery: Delivery
    at: datetime


def decide(campaign: Campaign, start: datetime, random: Random) -> list[Sent]:
    """Give every delivery of a campaign its outcome; return those that reached a mailbox."""
    mine = Delivery.objects.filter(campaign=campaign)
    deliveries = list(mine.select_related("contact").order_by("pk"))
    times = {
        row.pk: start + timedelta(seconds=4 + place / MAILS_PER_SECOND)
        for place, row in enumerate(deliveries)
    }
    Delivery.objects.filter(campaign=campaign).update(
        state=State.SENT, code=250, attempt=1, next_at=None
    )
    for column in ("sending_at", "done_at"):
        backdate(Delivery, column, times)
    shuffled = random.sample(deliveries, len(deliveries))
    for code, enhanced, words, share in REFUSALS:
        _set(_take(shuffled, share, len(deliveries)), State.FAILED, code, enhanced, words)
    unsure = _take(shuffled, UNCONFIRMED, len(deliveries))
    _set(unsure, State.UNKNOWN, None, "", "The connection broke before an answer")
    gone = _take(shuffled, LEFT_OUT, len(deliveries))
    _set(gone, State.SUPPRESSED, None, "", "unsubscribed or suppressed since the launch")
    for words, share in BOUNCES:
        _bounce(campaign, _take(shuffled, share, len(deliveries)), times, words, random)
    return [Sent(row, times[row.pk]) for row in shuffled]


def complain(campaign: Campaign, sent: Sequence[Sent], random: Random) -> None:
    """Let a few people report the mail as spam."""
    chosen = random.sample(sent, min(COMPLAINTS, len(sent)))
    moments = {one.delivery.pk: one.at + timedelta(hours=random.uniform(1, 30)) for one in chosen}
    backdate(Delivery, "complained_at", moments)
    _suppress(campaign, [one.delivery for one in chosen], Suppression.Reason.COMPLAINT, moments)


def _take(shuffled: list[Delivery], share: int, total: int) -> list[Delivery]:
    number = max(1, total * share // 10_000)
    taken = shuffled[:number]
    del shuffled[:number]
    return taken


def _set(rows: Sequence[Delivery], state: str, code: int | None, enhanced: str, words: str) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=state,
        code=code,
        enhanced_code=enhanced,
        reason=words,
        unknown_since=F("done_at") if state == State.UNKNOWN else None,
    )


def _bounce(
    campaign: Campaign,
    rows: Sequence[Delivery],
    times: dict[int, datetime],
    words: str,
    random: Random,
) -> None:
    moments = {row.pk: times[row.pk] + timedelta(minutes=random.uniform(1, 90)) for row in rows}
    backdate(Delivery, "hard_bounced_at", moments)
    ProviderEvent.objects.bulk_create(
        ProviderEvent(
            workspace_id=row.workspace_id,
            delivery=row,
            provider="mailbox",
            event_key=f"sample-{row.pk}",
            kind="bounced",
            reject_reason="bounced",
            description=words,
            at=moments[row.pk],
        )
        for row in rows
    )
    _suppress(campaign, rows, Suppression.Reason.HARD_BOUNCE, moments)


def _suppress(
    campaign: Campaign, rows: Sequence[Delivery], reason: str, moments: dict[int, datetime]
) -> None:
    at = {bytes(row.contact.fingerprint): moments[row.pk] for row in rows if row.contact}
    suppression.suppress(campaign.workspace_id, list(at), reason, campaign.pk)
    mine = Suppression.objects.filter(workspace=campaign.workspace_id, campaign_id=campaign.pk)
    known = {row.pk: at.get(bytes(row.fingerprint)) for row in mine}
    backdate(Suppression, "at", {pk: moment for pk, moment in known.items() if moment})

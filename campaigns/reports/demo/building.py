"""Build the sample workspace, by the product's own code wherever it has one.

Campaigns are launched as any campaign is; what readers did goes through the spool and the
drainer, so that verdicts and counts are those of real mail. Only the clock is set back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from campaigns.accounts import audit, setting_up
from campaigns.accounts.models import AuditEntry, Member, Sender, User, Workspace
from campaigns.audience import unsubscribing
from campaigns.audience.models import Subscription, Unsubscription
from campaigns.composing.models import Campaign
from campaigns.reports import days
from campaigns.reports.demo import (
    audience,
    belongings,
    history,
    letters,
    mailings,
    mails,
    outcomes,
    people,
)
from campaigns.reports.demo.audience import Audience
from campaigns.reports.demo.history import Mailed
from campaigns.reports.demo.mailings import Mailing
from campaigns.reports.demo.outcomes import Sent
from campaigns.reports.querysets.sample import backdate, gather_statistics
from campaigns.sending import launch, scheduling
from campaigns.sending.models import Delivery
from tracking import draining, hits, keys, spool
from tracking.tokens import Mode

EMAIL = "demo@example.com"
NAME = "Tulip & Thyme"
ZONE = "Europe/Amsterdam"
READERS = 5000
# One in so many of those who clicked or opened leaves through the mail.
LEAVING = 0.004


@dataclass(frozen=True)
class Sample:
    """What was built."""

    workspace: Workspace
    contacts: int
    hits: int


def exists() -> bool:
    """Whether the sample was built before."""
    return User.objects.filter(email__iexact=EMAIL).exists()


@transaction.atomic
def build(now: datetime, password: str, number: int) -> Sample:
    """Build the sample with `number` people, as it would stand `now`."""
    random = Random(2026)  # noqa: S311 - a sample wants repeatable figures, not secrets.
    workspace, member, sender = _furnish(password)
    settled = audience.settle(workspace, list(people.readers(number)), random, now)
    belongings.bring(workspace, member, settled.readers, now)
    belongings.ask(workspace, member)
    campaigns = [
        _write(workspace, member, sender, settled, mailing) for mailing in mailings.MAILINGS
    ]
    made = 0
    for mailing, campaign in zip(mailings.MAILINGS, campaigns, strict=True):
        if mailing.days_ago is None:
            continue
        if mailing.days_ago < 0:
            scheduling.schedule(campaign, _start(mailing, now), ZONE)
        else:
            made += _send(campaign, mailing, settled, random, now)
    belongings.count(workspace)
    [draft] = workspace.campaigns.filter(status=Campaign.Status.DRAFT)
    belongings.leave_around(member, draft)
    _record(workspace, member, now)
    days.begin()
    days.count(workspace.pk)
    return Sample(workspace, len(settled.readers), made)


def _furnish(password: str) -> tuple[Workspace, User, Sender]:
    workspace = Workspace.objects.create(
        name=NAME,
        postal_address="Kruidentuin 7, 3511 Utrecht, Netherlands",
        time_zone=ZONE,
    )
    member = User.objects.create_user(EMAIL, password, name="Hanna Vermeer")
    Member.objects.create(workspace=workspace, user=member, role=Member.Role.OWNER)
    sender = setting_up.furnish(
        workspace, name="Hanna of Tulip & Thyme", email="hanna@tulip-and-thyme.example"
    )
    return workspace, member, sender


def _write(
    workspace: Workspace, member: User, sender: Sender, settled: Audience, mailing: Mailing
) -> Campaign:
    body = mailing.body
    campaign = Campaign.objects.create(
        workspace=workspace,
        name=mailing.name,
        subject=mailing.subject,
        preheader=mailing.preheader,
        sender=sender,
        format=Campaign.Format.MARKDOWN if isinstance(body, str) else Campaign.Format.BLOCKS,
        body=body if isinstance(body, str) else mails.source(body),
        created_by=member,
    )
    campaign.lists.set(settled.lists[name] for name in mailing.lists)
    return campaign


def _send(
    campaign: Campaign, mailing: Mailing, settled: Audience, random: Random, now: datetime
) -> int:
    """Send a campaign in the past, and let people and machines do what they did."""
    start = _start(mailing, now)
    launch.launch(campaign)
    launch.prepare(campaign.pk)
    # Who joined later was not there to be mailed.
    later = [pk for pk, joined in settled.joined.items() if joined > start]
    Delivery.objects.filter(campaign=campaign, contact__in=later).delete()
    gather_statistics(Delivery)
    sent = outcomes.decide(campaign, start, random)
    Campaign.objects.filter(pk=campaign.pk).move(
        source=[Campaign.Status.SENDING],
        target=Campaign.Status.SENT,
        launched_at=start,
        finished_at=max(one.at for one in sent) + timedelta(seconds=2),
        created_at=start - timedelta(days=2, hours=3),
    )
    letters.put_into_inbox(campaign, letters.some(sent))
    found = history.of_mailing(mailing, _mailed(campaign, sent, settled), random, now)
    _drain(found)
    outcomes.complain(campaign, sent, random)
    _leave(sent, random, now)
    return len(found)


def _record(workspace: Workspace, member: User, now: datetime) -> None:
    """Fill the audit log with what led here."""
    did: list[tuple[str, datetime, dict[str, object]]] = [
        ("set_up", now - timedelta(days=60), {"policy": workspace.policy})
    ]
    for campaign in workspace.campaigns.order_by("pk"):
        did.append(("campaign_created", campaign.created_at, {"campaign": campaign.pk}))
        if campaign.launched_at:
            did.append(("campaign_launched", campaign.launched_at, {"campaign": campaign.pk}))
        elif campaign.scheduled_at:
            did.append(("campaign_scheduled", campaign.created_at, {"campaign": campaign.pk}))
    did.append(("sign_in_failed", now - timedelta(days=3, hours=5), {}))
    for action, _at, details in did:
        audit.record(member, workspace, action, **details)
    entries = workspace.audit.order_by("pk").values_list("pk", flat=True)
    moments = [at for _action, at, _details in did]
    backdate(AuditEntry, "at", dict(zip(entries, moments, strict=True)))


def _start(mailing: Mailing, now: datetime) -> datetime:
    day = now.astimezone(ZoneInfo(ZONE)).date() - timedelta(days=mailing.days_ago or 0)
    return datetime.combine(day, time(mailing.hour, 0, 3), tzinfo=ZoneInfo(ZONE))


def _mailed(campaign: Campaign, sent: Sequence[Sent], settled: Audience) -> list[Mailed]:
    """The mails that tracking may hear of, with the tokens that are in them."""
    signer = keys.signer()
    makers = {
        Delivery.Mode.INDIVIDUAL: signer.pair(campaign.pk, Mode.INDIVIDUAL),
        Delivery.Mode.AGGREGATE: signer.pair(campaign.pk, Mode.AGGREGATE),
    }
    found = []
    for one in sent:
        row = one.delivery
        if row.mode in makers and row.contact_id is not None:
            tokens = makers[Delivery.Mode(row.mode)](row.pk, row.contact_id, row.consent_epoch)
            found.append(Mailed(settled.readers[row.contact_id], one.at, *tokens))
    return found


def _drain(found: Sequence[hits.Hit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = spool.Writer(Path(folder))
        for hit in found:
            writer.append(hits.pack(hit))
        draining.drain(Path(folder))


def _leave(sent: Sequence[Sent], random: Random, now: datetime) -> None:
    """Some unsubscribe, by the button of their mail program or the link in the mail."""
    leavers = random.sample(sent, int(len(sent) * LEAVING))
    for one in leavers:
        at = min(now, one.at + timedelta(hours=random.expovariate(1 / 9)))
        source = random.choice((Unsubscription.Source.ONE_CLICK, Unsubscription.Source.PAGE))
        row = one.delivery
        if row.contact_id is None:
            continue
        left = unsubscribing.unsubscribe(row.contact_id, row.campaign_id, row.pk, source)
        mine = Unsubscription.objects.filter(delivery_id=row.pk)
        backdate(Unsubscription, "at", dict.fromkeys(mine.values_list("pk", flat=True), at))
        ended = Subscription.objects.filter(contact=row.contact_id, list__in=left)
        backdate(
            Subscription, "unsubscribed_at", dict.fromkeys(ended.values_list("pk", flat=True), at)
        )

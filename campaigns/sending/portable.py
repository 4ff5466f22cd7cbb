"""What of this room goes into the archive of a workspace: the ledger of deliveries."""

from __future__ import annotations

from campaigns.sending.models import (
    Belonging,
    Delivery,
    ProviderEvent,
    SecondDelivery,
    TestGroup,
)
from tracking.parts import Column, Part, named, plain

_MINE = "t.campaign_id IN (SELECT id FROM composing_campaign WHERE workspace_id = %(workspace)s)"
# What was in somebody's hands: bytes may have left, or surely have not.
_STATE = "CASE x.state WHEN 'claimed' THEN 'pending' WHEN 'sending' THEN 'unknown' ELSE x.state END"
# Of a mail that may still go out: no more than the person agreed to, whatever the file says.
_MAY = """CASE WHEN x.state NOT IN ('pending', 'claimed', 'sending', 'unknown') THEN {mode}
 WHEN coalesce({said}, 'unknown') IN ('refused', 'withdrawn') THEN 'none'
 WHEN {mode} = 'individual' AND coalesce({said}, 'unknown') <> 'granted' THEN 'aggregate'
 ELSE {mode} END"""
_OPENS = _MAY.format(mode="x.mode", said="a.opens")
_CLICKS = _MAY.format(mode="coalesce(nullif(x.click_mode, ''), x.mode)", said="a.clicks")

PARTS: tuple[Part, ...] = (
    Part(
        "deliveries",
        "Each campaign to each person, and what became of it.",
        Delivery,
        (
            named("campaign", "campaigns", "Which campaign."),
            named("contact", "contacts", "Which person; empty: they were erased."),
            Column("address", "Where it went.", must="{0} !~ '[[:cntrl:][:space:]]'"),
            *plain(
                domain="The domain it went to.",
            ),
            Column(
                "mode",
                "What it may record of opens. Restored, where it may still go out, as no more than"
                " the person agreed to.",
                restored=_OPENS,
            ),
            Column(
                "click_mode",
                "What it may record of clicks, where it differs. Restored likewise.",
                restored=f"CASE WHEN {_CLICKS} = {_OPENS} THEN '' ELSE {_CLICKS} END",
            ),
            *plain(
                consent_epoch="How often the person had refused by then.",
                revision="The version of the content.",
            ),
            Column("state", "What became of it.", restored=_STATE),
            *plain(attempt="How often it was tried."),
            Column(
                "next_at",
                "When it was to be tried.",
                restored=f"CASE WHEN {_STATE} = 'pending' THEN coalesce(x.next_at, now()) END",
            ),
            *plain(
                sending_at="When it was handed over.",
                first_tried_at="When it was first tried.",
                resends="How often it was sent again though nobody knew whether it had arrived.",
            ),
            named("provider", "providers", "Who took it."),
            Column("done_at", "When that was over."),
            Column(
                "unknown_since",
                "Since when it is not confirmed.",
                restored=f"CASE WHEN {_STATE} = 'unknown'"
                " THEN coalesce(x.unknown_since, now()) END",
            ),
            *plain(
                message_id="The id that the provider gave it.",
                code="The server’s answer: its code.",
                enhanced_code="The same, in detail.",
                reason="The same, in words.",
                delivered_at="When it arrived.",
                soft_bounced_at="When it came back for now.",
                hard_bounced_at="When it came back for good.",
                complained_at="When it was reported as spam.",
                blocked_at="When a mailbox provider refused it as unwanted.",
            ),
        ),
        mine=_MINE,
        joined="LEFT JOIN archived_answers a ON a.contact = x.contact",
        made={
            "workspace_id": "%(workspace)s",
            # See `naming`: the name tells the row, which has a new number here.
            "uuid": "(overlay(left(replace(gen_random_uuid()::text, '-', ''), 16) PLACING '8'"
            " FROM 13) || to_hex((x.id + %(shift)s) | (1::bigint << 63)))::uuid",
            "address_key": "CASE WHEN x.address = '' THEN 'erased ' || (x.id + %(shift)s)"
            " ELSE lower(x.address) END",
        },
    ),
    Part(
        "second_deliveries",
        "Deliveries to people who had another one of the same campaign, as another contact.",
        SecondDelivery,
        (
            named("delivery", "deliveries", "Which delivery: it names no contact itself."),
            named("contact", "contacts", "Which person."),
        ),
        key="",
        order="t.delivery_id",
    ),
    Part(
        "belongings",
        "In which segments recipients were, of mails with parts for a segment.",
        Belonging,
        (
            named("delivery", "deliveries", "Which delivery."),
            *plain(
                revision="The version of the content.",
                said="For each segment by its key: in or out.",
            ),
        ),
        key="",
        order="t.delivery_id",
    ),
    Part(
        "provider_events",
        "What mail services told about deliveries.",
        ProviderEvent,
        (
            named("delivery", "deliveries", "Which delivery."),
            *plain(
                provider="Which service.",
                kind="What it told.",
                severity="How bad that is.",
                reject_reason="Why it was refused.",
                description="The service’s words.",
                at="When it happened.",
                received_at="When we were told.",
            ),
        ),
        key="",
        made={
            "workspace_id": "%(workspace)s",
            # Told by nobody a second time: the service knows nothing of the new house.
            "event_key": "'restored ' || gen_random_uuid()",
        },
    ),
    Part(
        "test_groups",
        "Who gets tests of campaigns together.",
        TestGroup,
        (
            Column("name", "What its makers call it.", must="{0} !~ '[[:cntrl:]]'"),
            Column(
                "addresses",
                "Where its tests go.",
                must="array_to_string({0}, '') !~ '[[:cntrl:][:space:]]'",
            ),
        ),
        key="",
    ),
)

LEFT = {
    "Acquaintance": "How far a provider knows a sender; the new house begins slowly.",
    "Alarm": "What stopped by itself, and was looked at here.",
    "BounceMail": "Mails that came back and are not read yet.",
    "BounceMailbox": "A mailbox with its password.",
    "Canary": "The first few of a campaign that is being sent.",
    "Chance": "A decision that is being carried out.",
    "Cooldown": "A provider that asked this house to wait.",
    "DayTally": "What servers answered in the last days, for the breakers.",
    "Digest": "Whose mails are in bits: made again behind the pages.",
    "Door": "The secret address for a provider’s events.",
    "InboxMail": "Copies in the local inbox, which is for trying things.",
    "Instance": "By which this house knows its database from a copy.",
    "Leak": "Providers that tracked behind our back.",
    "Lease": "Who is working on which deliveries right now.",
    "MailBits": "Who got a campaign, once more in bits, which are made from deliveries.",
    "Ramp": "How far a sender is warmed up; the new house begins slowly.",
    "Reckoning": "A count that is made again when it is asked for.",
    "Tally": "What servers answered, for the breakers.",
    "Throttle": "How fast this house may send.",
    "Topic": "A subscription to one provider’s events.",
}

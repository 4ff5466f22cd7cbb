"""The consent ledger: only added to, and a refusal works backwards."""

from datetime import UTC, date, datetime

import pytest

from campaigns.audience import consent
from campaigns.audience.models import Consent, ConsentEntry
from tests import world
from tracking.models import Muted

PREFERENCES = consent.Evidence(ConsentEntry.Source.PREFERENCES, {"statement": "May we?"})


def ledger(contact):
    return list(contact.consent_entries.order_by("pk").values_list("state", flat=True))


def test_agreeing_is_written_down_with_its_evidence(workspace, member):
    ann = world.make_contact(workspace)
    said = datetime(2026, 3, 1, tzinfo=UTC)
    evidence = consent.Evidence("member", {"statement": "By phone"}, said_at=said, actor=member)
    assert consent.grant(ann, evidence)
    ann.refresh_from_db()
    assert (ann.measuring, ann.consent_epoch) == (Consent.GRANTED, 0)
    entry = ann.consent_entries.get()
    assert (entry.state, entry.source, entry.actor, entry.said_at) == (
        "granted",
        "member",
        member,
        said,
    )
    assert entry.evidence == {"statement": "By phone"}
    assert not Muted.objects.exists()


@pytest.mark.parametrize(
    ("had", "verb", "has", "epoch"),
    [
        ("unknown", consent.grant, "granted", 0),
        ("granted", consent.grant, "granted", 0),
        ("refused", consent.grant, "granted", 0),
        ("withdrawn", consent.grant, "granted", 0),
        ("unknown", consent.refuse, "refused", 1),
        ("granted", consent.refuse, "withdrawn", 1),
        ("refused", consent.refuse, "refused", 0),
        ("withdrawn", consent.refuse, "withdrawn", 0),
        ("unknown", consent.withdraw, "unknown", 0),
        ("granted", consent.withdraw, "withdrawn", 1),
    ],
)
def test_what_was_said_before_and_what_is_said_now(workspace, had, verb, has, epoch):
    ann = world.make_contact(workspace, measuring=had)
    assert verb(ann, PREFERENCES) is (had != has)
    ann.refresh_from_db()
    assert (ann.measuring, ann.consent_epoch) == (has, epoch)
    assert ledger(ann) == ([has] if had != has else [])


def test_taking_it_back_mutes_old_mails_and_forgets_when_they_were_seen(workspace):
    ann = world.make_contact(workspace, measuring="granted", last_seen_on=date(2026, 5, 1))
    consent.refuse(ann, PREFERENCES)
    ann.refresh_from_db()
    assert ann.last_seen_on is None
    muted = Muted.objects.get()
    assert (muted.contact_id, muted.epoch) == (ann.pk, 1)


def test_agreeing_again_leaves_the_old_mails_muted(workspace):
    ann = world.make_contact(workspace, measuring="granted")
    consent.refuse(ann, PREFERENCES)
    consent.grant(ann, PREFERENCES)
    consent.refuse(ann, PREFERENCES)
    assert ledger(ann) == ["withdrawn", "granted", "withdrawn"]
    assert Muted.objects.get().epoch == 2

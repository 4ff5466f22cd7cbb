"""The consent ledger: only added to, and a refusal works backwards."""

import hashlib
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from campaigns.audience import consent, forgetting, notices
from campaigns.audience.models import Consent, ConsentEntry, Notice, Purpose
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


OPENS, CLICKS = Purpose.OPENS, Purpose.CLICKS
ANSWERS = ["unknown", "granted", "refused", "withdrawn"]


def lines(contact):
    return list(contact.consent_entries.order_by("pk").values_list("purpose", "state"))


@pytest.mark.parametrize("opens", ANSWERS)
@pytest.mark.parametrize("clicks", ANSWERS)
@pytest.mark.parametrize("purpose", [OPENS, CLICKS])
@pytest.mark.parametrize("verb", [consent.grant, consent.refuse])
def test_an_answer_about_one_purpose_leaves_the_other_alone(
    workspace, opens, clicks, purpose, verb
):
    apart = clicks if clicks != opens else ""
    ann = world.make_contact(workspace, measuring=opens, measuring_clicks=apart)
    before = consent.answers(ann)
    changed = verb(ann, PREFERENCES, [purpose])
    ann.refresh_from_db()
    after = consent.answers(ann)
    other = CLICKS if purpose == OPENS else OPENS
    assert after[other] == before[other]
    assert changed is (after[purpose] != before[purpose])
    assert lines(ann) == ([(purpose, after[purpose])] if changed else [])
    wanted = ["granted"] if verb is consent.grant else ["refused", "withdrawn"]
    assert after[purpose] in wanted


def test_taking_back_one_purpose_mutes_that_one_alone(workspace):
    ann = world.make_contact(workspace, measuring="granted")
    consent.refuse(ann, PREFERENCES, [CLICKS])
    muted = Muted.objects.get()
    assert (muted.epoch, muted.click_epoch) == (0, 1)
    consent.refuse(ann, PREFERENCES, [OPENS])
    muted.refresh_from_db()
    assert (muted.epoch, muted.click_epoch) == (2, 1)


def test_the_words_are_kept_once_with_their_hash_and_numbered(workspace):
    elsewhere = world.make_workspace()
    first, second = notices.keep(workspace.pk, "May we?"), notices.keep(workspace.pk, "May we, é?")
    assert notices.keep(workspace.pk, "May we?") == first
    assert (first.version, second.version) == (1, 2)
    assert second.sha256 == hashlib.sha256("May we, é?".encode()).hexdigest()
    assert notices.keep(elsewhere.pk, "May we?").version == 1


def test_an_answer_remembers_the_words_it_was_given_to(workspace):
    ann = world.make_contact(workspace)
    consent.grant(ann, consent.Evidence(ConsentEntry.Source.PREFERENCES, notice="May we?"))
    entry = ann.consent_entries.get()
    assert entry.notice is not None and entry.notice.text == "May we?"


@pytest.mark.parametrize(
    "change",
    [{"state": "refused"}, {"purpose": "opens"}, {"evidence": {}}, {"said_at": None}],
)
def test_the_database_refuses_to_change_what_was_said(workspace, change):
    ann = world.make_contact(workspace)
    said = datetime(2026, 3, 1, tzinfo=UTC)
    consent.grant(ann, consent.Evidence("member", {"by": "phone"}, said_at=said))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ann.consent_entries.update(**change)


def test_the_database_refuses_to_change_the_words(workspace):
    notices.keep(workspace.pk, "May we?")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Notice.objects.update(text="You must")


def test_a_member_who_is_deleted_and_a_person_who_is_forgotten_take_what_is_theirs(
    workspace, member
):
    ann = world.make_contact(workspace)
    consent.grant(ann, consent.Evidence("member", actor=member, notice="May we?"))
    member.delete()
    assert ann.consent_entries.get().actor is None
    forgetting.forget([ann.pk])
    assert not ConsentEntry.objects.exists()

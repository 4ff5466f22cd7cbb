"""What members' own work keeps of a person is told to them, and nothing of anybody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from campaigns.audience import addresses, notices, suppression
from campaigns.audience.models import (
    BulkEdit,
    BulkEditPerson,
    Resemblance,
    Segment,
    SignUp,
    SignUpForm,
)
from campaigns.composing.models import Spared
from campaigns.privacy.erasing import erase
from campaigns.sending.models import (
    Belonging,
    BounceMail,
    BounceMailbox,
    Delivery,
    SecondDelivery,
    TestGroup,
)
from tests import world
from tests.privacy.asking import page, told
from tests.sending import stage

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def campaign(workspace, sender):
    return stage.make_sending(workspace, people=1, sender=sender)


@pytest.fixture
def ann(campaign):
    return campaign.deliveries.get().contact


@pytest.fixture
def ben(workspace):
    return world.make_contact(workspace, email="ben@elsewhere.example")


def resemble(one, other, reason, **fields):
    first, second = sorted((one, other), key=lambda contact: contact.pk)
    return Resemblance.objects.create(
        workspace=one.workspace, first=first, second=second, reason=reason, found_at=AT, **fields
    )


def test_that_they_look_like_another_contact_is_told_and_not_like_whom(client, ann, ben):
    resemble(ben, ann, Resemblance.Reason.TAGGED, dismissed_at=AT)
    [row] = told(client, ann)["alike"]
    assert row == {
        "at": "2026-11-20T12:00:00Z",
        "reason": "tagged",
        "dismissed_at": "2026-11-20T12:00:00Z",
    }
    shown = page(client, ann)
    assert "The same address, but for what follows a plus sign" in shown
    assert "elsewhere" not in shown


@pytest.mark.parametrize("reason", [Resemblance.Reason.NAME, Resemblance.Reason.MISTYPED])
def test_what_would_tell_that_somebody_else_is_a_contact_is_not_told(client, ann, ben, reason):
    resemble(ann, ben, reason)
    [row] = told(client, ann)["alike"]
    assert row["reason"] == ""
    assert str(reason.label) not in page(client, ann)


def test_that_they_were_chosen_with_many_is_told_until_it_is_forgotten(client, ann, workspace):
    edit = BulkEdit.objects.create(
        workspace=workspace, action="add_tags", status=BulkEdit.Status.DONE, ended_at=AT
    )
    BulkEditPerson.objects.create(of=edit, contact_id=ann.pk)
    [row] = told(client, ann)["chosen"]
    assert (row["action"], row["deleted_on"]) == ("add_tags", "2026-12-20")
    assert "Put a word on people" in page(client, ann)


def test_that_they_stay_without_an_answer_is_told_with_the_mail_that_asked(client, ann, campaign):
    Spared.objects.create(campaign=campaign, contact=ann)
    assert told(client, ann)["spared"] == [{"mail": "Hello"}]


def test_for_which_parts_of_a_mail_they_were_taken_is_told(client, ann, campaign, workspace):
    segment = Segment.objects.create(workspace=workspace, name="Early birds", question={})
    said = {f"segment-{segment.key}": "in", "segment-0123456789ab": "out"}
    Belonging.objects.create(
        workspace=workspace, delivery=campaign.deliveries.get(), revision=1, said=said
    )
    [row] = told(client, ann)["parts"]
    assert row["segments"] == {"Early birds": True, "segment-0123456789ab": False}
    assert "Early birds: Yes" in page(client, ann)


def test_what_came_back_about_their_mails_is_told(client, ann, campaign, workspace, sender):
    mailbox = BounceMailbox.objects.create(
        workspace=workspace, sender=sender, address="b@acme.example", next_at=AT
    )
    for number, delivery_id in enumerate((campaign.deliveries.get().pk, None)):
        BounceMail.objects.create(
            mailbox=mailbox,
            uid=str(number),
            digest=bytes([number] * 16),
            verdict=BounceMail.Verdict.IGNORED,
            delivery_id=delivery_id,
        )
    BounceMail.objects.update(taken_at=AT)
    [row] = told(client, ann)["returned"]
    assert (row["answer"], row["mail"], row["deleted_on"]) == ("ignored", "Hello", "2027-02-18")
    assert "An automatic reply" in page(client, ann)


def test_groups_of_tests_that_hold_their_address_are_told_without_the_others(client, ann, ben):
    written = [ben.email, ann.email.upper(), f"jo{ann.email}"]
    TestGroup.objects.create(workspace=ann.workspace, name="Editors", addresses=written)
    TestGroup.objects.create(workspace=ann.workspace, name="Board", addresses=[ben.email])
    elsewhere = world.make_workspace()
    TestGroup.objects.create(workspace=elsewhere, name="Theirs", addresses=[ann.email])
    assert told(client, ann)["test_groups"] == [{"group": "Editors", "email": ann.email.upper()}]


def test_a_sign_up_tells_what_it_asks_and_when_it_was_mailed(client, ann, workspace, sender):
    form = SignUpForm.objects.create(
        workspace=workspace, list=world.make_list(workspace), sender=sender, key="key"
    )
    SignUp.objects.create(
        workspace=workspace,
        form=form,
        email=ann.email,
        email_key=ann.email_key,
        notice=notices.keep(workspace.pk, "Mail me"),
        measuring_notice=notices.keep(workspace.pk, "Measure me"),
        asked_at=timezone.now(),
        mailed_at=[AT],
    )
    [row] = told(client, ann)["sign_ups"]
    assert (row["notice"], row["measuring_notice"]) == ("Mail me", "Measure me")
    assert row["mailed_at"] == ["2026-11-20T12:00:00Z"]
    assert "Nov. 20, 2026" in page(client, ann)


def test_why_nothing_is_mailed_to_an_address_that_they_had_is_told(client, ann):
    email = "old@y.example"
    ann.mergers.create(workspace=ann.workspace, merged_id=ann.pk + 9, email=email)
    fingerprint = addresses.fingerprint(ann.workspace_id, email)
    suppression.suppress(ann.workspace_id, [fingerprint], "manual")
    [row] = told(client, ann)["stops"]
    assert row["email"] == email


def test_a_mail_that_they_got_twice_is_called_by_its_subject(client, ann, ben, campaign):
    second = stage.make_delivery(campaign, ben)
    Delivery.objects.filter(pk=second.pk).update(contact=None)
    SecondDelivery.objects.create(workspace=ann.workspace, delivery=second, contact=ann)
    assert [row["mail"] for row in told(client, ann)["mails"]] == ["Hello", "Hello"]


def test_all_of_it_goes_with_them(ann, ben, campaign, workspace):
    resemble(ann, ben, Resemblance.Reason.GMAIL)
    edit = BulkEdit.objects.create(workspace=workspace, status=BulkEdit.Status.DONE, ended_at=AT)
    for contact in (ann, ben):
        BulkEditPerson.objects.create(of=edit, contact_id=contact.pk)
        Spared.objects.create(campaign=campaign, contact=contact)
    Belonging.objects.create(
        workspace=workspace, delivery=campaign.deliveries.get(), revision=1, said={}
    )
    erase([ann.pk])
    assert not Resemblance.objects.exists()
    assert BulkEditPerson.objects.get().contact_id == ben.pk
    assert Spared.objects.get().contact_id == ben.pk
    assert not Belonging.objects.exists()

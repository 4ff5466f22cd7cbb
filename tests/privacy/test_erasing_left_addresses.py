"""Who moved to another address is erased with the one that they left."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from campaigns.audience import changing, moving, suppression
from campaigns.audience.models import Suppression
from campaigns.privacy.erasing import erase
from campaigns.privacy.take_away import take_away
from campaigns.sending.inbox import arriving, store
from campaigns.sending.models import TestGroup
from tests import world
from tests.privacy.everywhere import places

pytestmark = pytest.mark.django_db


def moved(workspace, by=None):
    """Anna, who had another address before she, or a member, wrote this one."""
    anna = world.make_contact(workspace, email="first@former-quux.example")
    before = changing.snapshot(anna)
    moving.move(anna, "anna@example.com")
    anna.refresh_from_db()
    changing.note_edit(anna, before, by)
    return anna


def test_an_address_that_they_left_for_another_goes_and_is_mailed_nothing_again(workspace):
    anna = moved(workspace)
    email = "first@former-quux.example"
    TestGroup.objects.create(workspace=workspace, name="Editors", addresses=[email])
    mail = f"To: {email}\nSubject: x\n\nPlease confirm".encode()
    store.insert([arriving.read(workspace.pk, "a@b.example", [email], mail)])
    told = json.loads(take_away(anna, timezone.now()))
    assert [row["email"] for row in told["former"]] == [email]
    assert [row["to_address"] for row in told["inbox"]] == [email]
    erase([anna.pk])
    assert places("former-quux") == {}
    stopped = suppression.find(workspace.pk, email)
    assert stopped is not None and stopped.reason == Suppression.Reason.ERASED


def test_an_address_that_they_left_is_no_more_theirs_once_somebody_else_has_it(workspace):
    anna = moved(workspace)
    other = world.make_contact(workspace, email="first@former-quux.example")
    assert json.loads(take_away(anna, timezone.now()))["former"] == []
    erase([anna.pk])
    assert suppression.find(workspace.pk, other.email) is None
    assert list(workspace.contacts.all()) == [other]


def test_an_address_that_a_member_put_right_was_never_theirs(workspace, member):
    erase([moved(workspace, member).pk])
    assert suppression.find(workspace.pk, "first@former-quux.example") is None

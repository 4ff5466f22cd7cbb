"""Erasing somebody takes the copies in the local inbox that are theirs, and nobody else's."""

from __future__ import annotations

import json
import uuid

import pytest
from django.urls import reverse

from campaigns.audience.models import Contact, Merger
from campaigns.privacy import links
from campaigns.privacy.erasing import erase
from campaigns.sending.models import InboxMail
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db

EMAIL = "ann@x.example"
# Who a mail went to, and whether that is Ann.
RECIPIENTS = [
    ("ann@x.example", True),
    ("Ann@X.Example", True),
    ("Ann Vos <ann@x.example>", True),
    ('"Vos, Ann" <ann@x.example>', True),
    ("ben@x.example, ann@x.example", True),
    ("ann@x.example,ben@x.example", True),
    ("Ben <ben@x.example>, Ann <ann@x.example>", True),
    ("joann@x.example", False),
    ("jo.ann@x.example", False),
    ("Jo <joann@x.example>, ben@x.example", False),
    ("ann@x.example.org", False),
    ("ann+news@x.example", False),
    ("o'ann@x.example", False),
]
IDS = [to for to, _hers in RECIPIENTS]


@pytest.fixture
def ann(workspace):
    return world.make_contact(workspace, email=EMAIL)


def copy(workspace, to, **fields):
    values = {"from_address": "news@acme.example", "size": 5, "content": b"Hello"} | fields
    return InboxMail.objects.create(workspace=workspace, to_address=to, **values)


@pytest.mark.parametrize(("to", "hers"), RECIPIENTS, ids=IDS)
def test_a_test_goes_with_whoever_got_it(workspace, ann, to, hers):
    copy(workspace, to)
    erase([ann.pk])
    assert InboxMail.objects.exists() is not hers


@pytest.mark.parametrize(("to", "hers"), RECIPIENTS, ids=IDS)
def test_so_it_is_by_an_address_that_they_had(workspace, to, hers):
    now = world.make_contact(workspace, email="ann@new.example")
    Merger.objects.create(merged_id=now.pk + 1, workspace=workspace, contact=now, email=EMAIL)
    copy(workspace, to)
    erase([now.pk])
    assert InboxMail.objects.exists() is not hers


@pytest.mark.parametrize(("to", "hers"), RECIPIENTS, ids=IDS)
def test_so_it_is_by_the_address_that_a_campaign_went_to(workspace, to, hers):
    """Also where the contact has another one by now."""
    campaign = stage.make_sending(workspace, people=1)
    campaign.deliveries.update(address=EMAIL, address_key=EMAIL)
    copy(workspace, to)
    erase(list(Contact.objects.filter(deliveries__campaign=campaign).values_list("pk", flat=True)))
    assert InboxMail.objects.exists() is not hers


@pytest.mark.parametrize(("to", "hers"), RECIPIENTS, ids=IDS)
def test_the_page_tells_of_the_same_copies_and_of_nobody_else(client, workspace, ann, to, hers):
    copy(workspace, to)
    answer = client.get(reverse("privacy:take_away", args=[links.seal(ann)]))
    found = [row["to_address"] for row in json.loads(answer.content)["inbox"]]
    assert len(found) == hers
    assert "ben" not in "".join(found).lower()


def test_a_copy_of_a_campaign_goes_by_its_number_whatever_its_head_says(workspace):
    campaign = stage.make_sending(workspace, people=2)
    first, second = campaign.deliveries.order_by("pk")
    for row in (first, second):
        copy(workspace, "readers@lists.example", delivery_uuid=row.uuid)
    copy(workspace, "readers@lists.example", delivery_uuid=uuid.uuid4())
    erase(list(Contact.objects.filter(deliveries=first).values_list("pk", flat=True)))
    left = InboxMail.objects.values_list("delivery_uuid", flat=True)
    assert len(left) == 2
    assert first.uuid not in left


def test_copies_in_another_workspace_stay(ann):
    copy(world.make_workspace(), EMAIL)
    erase([ann.pk])
    assert InboxMail.objects.count() == 1

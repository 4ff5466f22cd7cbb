"""Mails in trouble and mails in the inbox are turned page by page, whatever comes meanwhile."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.sending import unreached
from campaigns.sending.inbox import views
from campaigns.sending.models import Delivery, InboxMail
from tests.sending import stage

pytestmark = pytest.mark.django_db
AT_ONCE = 3


@pytest.fixture(autouse=True)
def two_a_page(monkeypatch):
    monkeypatch.setattr(unreached, "ROWS", 2)
    monkeypatch.setattr(views, "_MAILS_PER_PAGE", 2)


@pytest.fixture
def campaign(workspace):
    """Seven people who did not get it, some of them known at one moment."""
    made = stage.make_sending(workspace, people=7)
    for number, row in enumerate(Delivery.objects.filter(campaign=made)):
        fail(row.pk, timezone.now() - timedelta(minutes=1 + number // AT_ONCE))
    return made


@pytest.fixture
def mails(workspace):
    for number in range(7):
        arrive(workspace, number)


def fail(pk, at):
    stage.become(Delivery.objects.filter(pk=pk), "failed", done_at=at)


def arrive(workspace, number):
    InboxMail.objects.create(workspace=workspace, to_address=f"p{number}@example.com", size=1)


def turn(client, address, key="next", **question):
    """Return the rows of each page, and the last page."""
    found = []
    while True:
        page = client.get(address, question).context["page"]
        found.append([row.pk for row in page])
        if not getattr(page, key):
            return found, page
        question["at"] = getattr(page, key)
        assert len(found) < 20


def address_of(name, campaign):
    return reverse(name, args=[campaign.pk] if name == "sending:campaign" else [])


@pytest.mark.parametrize("name", ["sending:campaign", "sending:inbox"])
def test_every_row_is_on_one_page_forwards_and_backwards(alice, campaign, mails, name):
    address = address_of(name, campaign)
    forwards, last = turn(alice, address)
    assert [len(rows) for rows in forwards] == [2, 2, 2, 1]
    assert len({pk for rows in forwards for pk in rows}) == last.total == 7
    backwards, first = turn(alice, address, "previous", at=last.previous)
    assert list(reversed(backwards)) == forwards[:-1]
    assert first.next


def test_the_latest_trouble_comes_first(alice, campaign):
    forwards, _last = turn(alice, address_of("sending:campaign", campaign), state="failed")
    rows = Delivery.objects.filter(campaign=campaign).order_by("-troubled_at", "-pk")
    assert [pk for rows in forwards for pk in rows] == list(rows.values_list("pk", flat=True))


def test_trouble_that_comes_meanwhile_shifts_no_page(alice, campaign):
    address = address_of("sending:campaign", campaign)
    before = turn(alice, address)[0]
    second = alice.get(address).context["page"].next
    person = stage.make_people(campaign.workspace, campaign.lists.get(), 1)[0]
    fail(stage.make_delivery(campaign, person).pk, timezone.now())
    assert turn(alice, address, at=second)[0] == before[1:]


def test_a_mail_that_arrives_meanwhile_shifts_no_page(alice, workspace, mails):
    address = reverse("sending:inbox")
    before = turn(alice, address)[0]
    second = alice.get(address).context["page"].next
    arrive(workspace, 8)
    assert turn(alice, address, at=second)[0] == before[1:]

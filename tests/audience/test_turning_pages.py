"""Long lists of people are turned page by page, whoever comes or goes meanwhile."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts import keyset
from campaigns.audience import browsing
from campaigns.audience.models import Contact, Subscription
from tests import world
from tests.audience.turning import turn

pytestmark = pytest.mark.django_db
NAMES = ["Ann", "ann", "", "Zoë", "Bob", "Bob", "Bob"]
ANSWERS = ["unknown", "granted", "refused"]


@pytest.fixture(autouse=True)
def three_a_page(monkeypatch):
    monkeypatch.setattr(browsing, "PER_PAGE", 3)


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


@pytest.fixture
def people(workspace, readers):
    """Eleven people on a list, many of them alike, some added or joined at one moment."""
    now = timezone.now()
    made = []
    for number in range(11):
        one = world.make_contact(
            workspace,
            on=readers,
            email=f"p{number * 7 % 11}@example.com",
            first_name=NAMES[number % len(NAMES)],
            last_name=NAMES[number % 3],
            measuring=ANSWERS[number % 3],
        )
        at = now - timedelta(days=number // 4)
        Contact.objects.filter(pk=one.pk).update(created_at=at)
        Subscription.objects.filter(contact=one).update(
            subscribed_at=now - timedelta(days=number % 4 + 1)
        )
        made.append(one)
    left = Subscription.objects.filter(contact__in=made[:2])
    left.update(status="unsubscribed", unsubscribed_at=now)
    return made


SORTS = ["email", "name", "measuring", "added", "since"]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("where", ["contacts", "list"])
def test_everybody_is_on_one_page_forwards_and_backwards(alice, people, readers, where, sort, sign):
    if where == "contacts" and sort == "since":
        sort = "added"
    address = reverse("audience:contacts")
    if where == "list":
        address = reverse("audience:list", args=[readers.pk])
    forwards, last = turn(alice, address, sign + sort)
    assert sorted(pk for page in forwards for pk in page) == sorted(one.pk for one in people)
    assert [len(page) for page in forwards] == [3, 3, 3, 2]
    backwards, first = turn(alice, address, sign + sort, last.previous, "previous")
    assert list(reversed(backwards)) == forwards[:3]
    assert first.next
    other, _last = turn(alice, address, sort if sign else f"-{sort}")
    assert [pk for page in other for pk in page] == [
        pk for page in reversed(forwards) for pk in reversed(page)
    ]


def test_people_are_in_the_order_that_is_asked_for(alice, people, readers):
    address = reverse("audience:contacts")
    pages, _last = turn(alice, address, "email")
    found = Contact.objects.in_bulk()
    emails = [found[pk].email for page in pages for pk in page]
    assert emails == sorted(emails)
    pages, _last = turn(alice, address, "-added")
    moments = [found[pk].created_at for page in pages for pk in page]
    assert moments == sorted(moments, reverse=True)


def test_who_comes_meanwhile_shifts_nobody(alice, workspace, people):
    address = reverse("audience:contacts")
    first = alice.get(address).context["page"]
    expected = [one.pk for one in alice.get(address, {"at": first.next}).context["page"]]
    for number in range(4):
        world.make_contact(workspace, email=f"new{number}@example.com")
    second = alice.get(address, {"at": first.next}).context["page"]
    assert [one.pk for one in second] == expected
    # They are before it, where they belong.
    before = alice.get(address, {"at": second.previous}).context["page"]
    assert [one.pk for one in before] == [one.pk for one in first]
    assert before.previous


def test_who_goes_meanwhile_leaves_the_others_in_place(alice, people):
    address = reverse("audience:contacts")
    first = alice.get(address).context["page"]
    expected = [one.pk for one in alice.get(address, {"at": first.next}).context["page"]]
    Contact.objects.filter(pk=first.rows[-1].pk).delete()
    second = alice.get(address, {"at": first.next}).context["page"]
    assert [one.pk for one in second] == expected


def test_a_page_address_has_nothing_of_a_person_but_a_number(alice, people):
    page = alice.get(reverse("audience:contacts"), {"sort": "email"}).context["page"]
    key = keyset.read(page.next, "text")
    assert key == keyset.Key(None, page.rows[-1].pk)


def test_a_key_of_others_or_of_nobody_leads_to_the_first_page(alice, people):
    address = reverse("audience:contacts")
    strange = world.make_contact(world.make_workspace())
    first = [one.pk for one in alice.get(address, {"sort": "email"}).context["page"]]
    for key in (keyset.Key(None, strange.pk), keyset.Key(None, 2**62), keyset.Key("x\0", 1)):
        page = alice.get(address, {"sort": "email", "at": str(key)}).context["page"]
        assert [one.pk for one in page] == first
    for at in ("x", "é" * 10, str(keyset.Key(None, 1)), str(keyset.Key("no time", 1))):
        page = alice.get(address, {"sort": "-added", "at": at}).context["page"]
        assert len(page) == 3 and not page.previous


def test_the_page_links_to_the_others(alice, people):
    address = reverse("audience:contacts")
    first = alice.get(address, {"sort": "name"})
    assert 'rel="next"' in first.text and 'rel="prev"' not in first.text
    assert "11 rows" in first.text
    second = alice.get(address, {"sort": "name", "at": first.context["page"].next})
    assert 'rel="prev"' in second.text and ">First</a>" in second.text

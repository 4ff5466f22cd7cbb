"""Domains that are not mailed are searched, sorted, turned page by page, and allowed again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import stopped_domains, suppression
from campaigns.audience.models import SuppressedDomain
from tests import world
from tests.audience.turning import turn

pytestmark = pytest.mark.django_db
PAGE = reverse("audience:stopped_domains")
NAMES = ["alpha.example", "beta.example", "gamma.test", "delta.test", "alpha.test", "z.example"]


@pytest.fixture(autouse=True)
def two_a_page(monkeypatch):
    monkeypatch.setattr(stopped_domains, "PER_PAGE", 2)


@pytest.fixture
def stopped(workspace):
    """Six domains, two of them stopped at one moment, and one of another workspace."""
    suppression.suppress_domains(world.make_workspace().pk, ["theirs.example"])
    suppression.suppress_domains(workspace.pk, NAMES, "bounces")
    now = timezone.now()
    for number, name in enumerate(NAMES):
        days = timedelta(days=number // 2)
        SuppressedDomain.objects.filter(domain=name).update(at=now - days)
    return {row.domain: row.pk for row in workspace.suppressed_domains.all()}


def named(pages):
    names = dict(SuppressedDomain.objects.values_list("pk", "domain"))
    return [[names[pk] for pk in page] for page in pages]


@pytest.mark.parametrize("sort", ["domain", "-domain", "since", "-since", "x"])
def test_each_is_on_one_page_forwards_and_backwards(alice, stopped, sort):
    forwards, last = turn(alice, PAGE, sort)
    assert sorted(pk for page in forwards for pk in page) == sorted(stopped.values())
    backwards, _first = turn(alice, PAGE, sort, last.previous, "previous")
    assert list(reversed(backwards)) == forwards[:-1]


def test_they_are_in_the_order_that_is_asked_for(alice, stopped):
    forwards, _last = turn(alice, PAGE, "")
    assert [name for page in named(forwards) for name in page] == sorted(NAMES)
    forwards, _last = turn(alice, PAGE, "since")
    assert {frozenset(page) for page in named(forwards)[:1]} == {frozenset(NAMES[4:])}


def test_one_is_found_by_a_part_of_its_name(alice, stopped):
    page = alice.get(PAGE, {"q": " Alpha "}).text
    assert "alpha.example" in page and "alpha.test" in page and "beta" not in page
    assert "No such domain" in alice.get(PAGE, {"q": "theirs"}).text
    assert alice.get(PAGE, {"q": "\0", "at": "x", "sort": "\0"}).status_code == 200


def test_the_ticked_are_allowed_again_for_a_reason_that_is_kept(alice, workspace, stopped):
    theirs = SuppressedDomain.objects.get(domain="theirs.example")
    ticked = [stopped["beta.example"], stopped["gamma.test"], theirs.pk, "x"]
    answer = alice.post(PAGE, {"domain": ticked, "why": "Their mail works again"}, follow=True)
    assert "2 may be mailed again." in answer.text
    left = set(workspace.suppressed_domains.values_list("domain", flat=True))
    assert left == {*NAMES} - {"beta.example", "gamma.test"}
    assert SuppressedDomain.objects.filter(pk=theirs.pk).exists()
    details = workspace.audit.get(action="suppression_lifted").details
    assert details == {"domain": True, "domains": 2, "why": "Their mail works again"}


@pytest.mark.parametrize("why", ["", "ann@example.com asked"])
def test_without_a_reason_nothing_changes_and_the_ticks_stay(alice, stopped, why):
    answer = alice.post(PAGE, {"domain": stopped["alpha.example"], "why": why})
    assert answer.status_code == 422
    assert f'value="{stopped["alpha.example"]}" checked' in answer.text
    assert SuppressedDomain.objects.count() == 7


def test_nothing_ticked_is_said(alice, stopped):
    answer = alice.post(PAGE, {"why": "No reason"}, follow=True)
    assert "Tick domains first" in answer.text and SuppressedDomain.objects.count() == 7


def test_the_page_before_shows_the_last_and_leads_to_all(alice, stopped):
    page = alice.get(reverse("audience:suppressions")).text
    assert "Show all 6" in page and PAGE in page and NAMES[0] in page

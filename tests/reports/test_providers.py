"""Mailbox providers: whom a campaign reached at each, and what they did."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from campaigns.reports import providers
from campaigns.reports.figures import Bounds, Rate
from campaigns.sending.models import Delivery

pytestmark = pytest.mark.django_db


def at(domain, *rows):
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(domain=domain)


@pytest.fixture
def several(autumn):
    """Gmail's two domains, a firm's of some size, and one of a single person."""
    at("gmail.com", *(autumn.delivery(person) for person in range(6)))
    at("googlemail.com", *(autumn.delivery(person) for person in range(6, 12)))
    at("alone.example", autumn.delivery(12))
    return autumn


def test_domains_of_one_provider_are_one_line(several):
    gmail, firm, rest = sorted(
        providers.of(several.campaign).providers,
        key=lambda one: (
            ("Gmail", "example.com").index(one.name) if one.name in ("Gmail", "example.com") else 9
        ),
    )
    assert (gmail.name, gmail.delivered) == ("Gmail", 12)
    assert (firm.name, firm.delivered) == ("example.com", 22)
    assert (rest.name, rest.delivered) == ("All other domains", 1)


def test_rates_are_of_people_who_may_be_measured(several):
    found = {one.name: one for one in providers.of(several.campaign).providers}
    assert found["Gmail"].opened == Bounds(sure=7, uncertain=3, of=12)
    assert found["Gmail"].clicked == Rate(3, 12)
    assert found["example.com"].clicked.of == 7


def test_bounces_and_complaints_are_told_by_provider(several):
    now = timezone.now()
    Delivery.objects.filter(pk=several.delivery(0).pk).update(hard_bounced_at=now)
    Delivery.objects.filter(pk=several.delivery(1).pk).update(complained_at=now)
    gmail = next(one for one in providers.of(several.campaign).providers if one.name == "Gmail")
    assert gmail.bounced == Rate(1, 12)
    assert gmail.complained == Rate(1, 11)


def test_a_costly_count_is_remembered_and_told_with_its_time(several):
    key = f"reports:mailboxes:{several.campaign.pk}"
    first = providers.of(several.campaign)
    assert not first.is_remembered
    cache.set(key, cache.get(key) | {"took": 3.0})
    again = providers.of(several.campaign)
    assert (again.is_remembered, again.counted_at) == (True, first.counted_at)
    cache.set(key, cache.get(key) | {"at": first.counted_at - timedelta(minutes=2)})
    assert not providers.of(several.campaign).is_remembered


def test_the_report_asks_for_it_after_itself(several, alice):
    page = alice.get(f"/campaigns/{several.campaign.pk}/report/").text
    path = f"/campaigns/{several.campaign.pk}/report/mailboxes/"
    assert f'hx-get="{path}" hx-trigger="load"' in page
    part = alice.get(path, headers={"HX-Request": "true"}).text
    assert "Gmail" in part and "<html" not in part


def test_without_script_it_is_a_page_like_others(several, alice):
    page = alice.get(f"/campaigns/{several.campaign.pk}/report/mailboxes/").text
    assert "Gmail" in page and "<html" in page and several.campaign.name in page
    assert f'href="/campaigns/{several.campaign.pk}/report/"' in page

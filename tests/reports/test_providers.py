"""Mailbox providers: whom a campaign reached at each, and what they did."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.reports import providers, tasks
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.models import MailboxCount
from campaigns.sending import reckoning
from campaigns.sending.models import Delivery, Reckoning
from tracking.models import CampaignCount

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


@pytest.fixture
def large(several, monkeypatch):
    """The same, as one of those campaigns that are counted behind the pages."""
    monkeypatch.setattr(reckoning, "WORTH_REMEMBERING", 1)
    reckoning.of(several.campaign.pk)
    return several


def let_time_pass(campaign):
    then = timezone.now() - providers.PAUSE - timedelta(seconds=5)
    MailboxCount.objects.filter(campaign=campaign).update(counted_at=then)
    Reckoning.objects.filter(campaign=campaign).update(counted_at=then - timedelta(seconds=1))


def test_a_small_campaign_is_counted_for_whoever_looks(several):
    assert not providers.of(several.campaign).is_remembered
    assert providers.due() == []
    assert not MailboxCount.objects.exists()


def test_a_large_one_is_counted_before_anybody_looks(large):
    assert providers.due() == [large.campaign.pk]
    tasks.count_mailboxes(large.campaign.pk)
    table = providers.of(large.campaign)
    assert table.is_remembered
    assert {one.name: one.delivered for one in table.providers}["Gmail"] == 12
    assert providers.due() == []


def test_it_is_counted_for_the_first_visitor_where_nobody_has(large):
    assert not providers.of(large.campaign).is_remembered
    assert providers.of(large.campaign).is_remembered


@pytest.mark.parametrize("news", ["hit", "delivery"])
def test_what_came_since_lets_it_be_counted_again(large, news):
    providers.count(large.campaign.pk)
    let_time_pass(large.campaign)
    assert providers.due() == []
    if news == "hit":
        CampaignCount.objects.filter(campaign_id=large.campaign.pk).update(opens=F("opens") + 1)
    else:
        Reckoning.objects.filter(campaign=large.campaign).update(counted_at=timezone.now())
    assert providers.due() == [large.campaign.pk]
    tasks.count_mailboxes(large.campaign.pk)
    assert providers.due() == []


def test_a_count_is_rested_from(large):
    providers.count(large.campaign.pk)
    Reckoning.objects.filter(campaign=large.campaign).update(counted_at=timezone.now())
    assert providers.due() == []
    let_time_pass(large.campaign)
    Reckoning.objects.filter(campaign=large.campaign).update(counted_at=timezone.now())
    MailboxCount.objects.update(took=60)
    assert providers.due() == []


def test_what_went_out_long_ago_waits_for_a_visitor(large):
    ended = timezone.now() - timedelta(days=2)
    Campaign.objects.filter(pk=large.campaign.pk).update(finished_at=ended)
    assert providers.due() == []


def test_the_clock_rings_for_what_is_to_be_counted(large, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(
        tasks.count_mailboxes, "apply_async", lambda args, **options: rung.append(*args)
    )
    tasks.look_at_mailboxes()
    assert rung == [large.campaign.pk]


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

"""The sample workspace: whole, harmless, and counted by the product's own code."""

from datetime import timedelta
from ipaddress import ip_address
from random import Random

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact
from campaigns.composing.models import Campaign
from campaigns.composing.proofing import proof
from campaigns.reports import ledger, summaries
from campaigns.reports.demo import agents, building, history, mailings, people
from campaigns.reports.demo.history import Mailed
from campaigns.reports.management.commands import demo
from campaigns.sending.models import Delivery, InboxMail
from tracking import places
from tracking.models import Engagement, Event

READERS = 300


@pytest.fixture
def sample(db):
    return building.build(timezone.now(), "a password of some length", READERS)


def test_people_are_told_apart_and_the_same_each_time():
    readers = list(people.readers(2000))
    assert len({reader.email for reader in readers}) == 2000
    assert readers == list(people.readers(2000))


def test_no_mail_can_reach_anybody():
    assert all(reader.email.endswith(".example") for reader in people.readers(2000))


def test_people_are_from_many_places_and_some_have_letters_of_their_own():
    readers = list(people.readers(2000))
    assert len({reader.country for reader in readers}) >= 15
    assert any(not reader.email.isascii() for reader in readers)
    assert any(not reader.first_name.isascii() for reader in readers)
    assert {reader.measuring for reader in readers} == {"granted", "unknown", "refused"}


@pytest.mark.parametrize("country", agents.NETWORKS)
def test_networks_are_where_they_are_said_to_be(country):
    random = Random(country)
    for _address in range(20):
        assert places.place(agents.address(random, agents.NETWORKS[country])).country == country


def test_nobody_reads_before_the_mail_is_there_or_after_today():
    now = timezone.now()
    sent_at = now - timedelta(hours=7)
    readers = list(people.readers(300))
    mailed = [Mailed(reader, sent_at, "open", "click") for reader in readers]
    found = history.of_mailing(mailings.MAILINGS[0], mailed, Random(1), now)
    assert len(found) > 100
    assert all(sent_at.timestamp() < hit.at_ns / 1e9 < now.timestamp() for hit in found)
    assert found == sorted(found, key=lambda hit: hit.at_ns)
    assert all(ip_address(hit.ip).is_global for hit in found)
    links = len(mailings.MAILINGS[0].pull)
    assert all(hit.number <= links for hit in found)


def test_every_link_of_a_mailing_has_its_share_of_interest(sample):
    for mailing in mailings.MAILINGS:
        campaign = Campaign.objects.get(name=mailing.name)
        if (mailing.days_ago or 0) > 0:
            links = campaign.revisions.get().links
            assert len(links) == len(mailing.pull), mailing.name


def test_every_hit_of_the_sample_is_counted(sample):
    sent = Campaign.objects.filter(status="sent")
    assert sent.count() == 5
    assert Event.objects.count() == sample.hits
    for summary in summaries.of(list(sent)):
        hits = sum(row.opens + row.clicks for row in summary.engaged.hits)
        assert hits == Event.objects.filter(campaign_id=summary.campaign.pk).count()
        assert summary.opened.sure > 0
        assert summary.clicked.count <= summary.opened.sure <= summary.opened.of


def test_the_sample_shows_every_kind_of_hit(sample):
    assert set(Event.objects.values_list("verdict", flat=True)) == {
        "human",
        "proxied",
        "uncertain",
        "prefetch",
        "scanner",
    }


def test_mails_went_out_to_those_who_were_there_by_then(sample):
    sent = list(Campaign.objects.filter(status="sent"))
    assert len(sent) == 5
    for campaign in sent:
        rows = Delivery.objects.filter(campaign=campaign)
        assert not rows.filter(contact__created_at__gt=campaign.launched_at).exists()
        assert not rows.filter(state__in=["pending", "claimed", "sending"]).exists()
        found = ledger.of(campaign.pk)
        assert found.failed and found.bounced and found.unknown and found.suppressed


def test_what_people_did_is_kept_of_those_who_agreed_only(sample):
    kept = Contact.objects.filter(pk__in=Engagement.objects.values("contact_id"))
    assert set(kept.values_list("measuring", flat=True)) == {"granted"}


def test_the_house_is_lived_in(sample):
    house = sample.workspace
    assert all(segment.people for segment in house.segments.all())
    assert house.segments.count() == 3
    assert all(tag.taggings.exists() for tag in house.tags.all())
    assert [field.label for field in house.contact_fields.all()] == ["City"]
    assert house.templates.count() == 1
    [draft] = house.campaigns.filter(status="draft")
    assert draft.comments.count() == 1


def test_what_is_not_out_yet_may_go_out(sample):
    waiting = list(sample.workspace.campaigns.filter(status__in=["draft", "scheduled"]))
    assert {campaign.status for campaign in waiting} == {"draft", "scheduled"}
    for campaign in waiting:
        assert proof.of_mail(campaign) == []


def test_the_audit_log_tells_what_led_here(sample):
    entries = sample.workspace.audit.order_by("at")
    assert entries[0].action == "set_up"
    assert {entry.action for entry in entries} >= {"campaign_launched", "sign_in_failed"}
    assert entries.filter(action="campaign_launched").count() == 5


def test_some_mails_lie_in_the_local_inbox(sample):
    assert InboxMail.objects.count() == 20
    shown = Delivery.objects.filter(uuid__in=InboxMail.objects.values("delivery_uuid"))
    assert set(shown.filter(contact__language="en").values_list("mode", flat=True)) == {
        "individual",
        "aggregate",
        "none",
    }
    mail = InboxMail.objects.first()
    assert mail is not None
    assert b"/track/open/" in bytes(mail.content) or b"X-Tracking: opens=none" in bytes(
        mail.content
    )


@pytest.mark.django_db
def test_the_command_builds_once_and_says_how_to_sign_in(monkeypatch, capsys):
    monkeypatch.setattr(building, "READERS", READERS)
    call_command("demo")
    call_command("demo")
    said = capsys.readouterr().out
    assert Workspace.objects.count() == 1
    assert "The sample workspace is there already" in said
    assert said.count(f"Sign in as {building.EMAIL}") == 2
    browser = Client()
    assert browser.login(email=building.EMAIL, password=demo.PASSWORD)
    assert browser.get("/campaigns/").status_code == 200

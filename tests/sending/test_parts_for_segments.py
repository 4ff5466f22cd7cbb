"""Parts of a mail that only a segment's people see: decided once per person, and kept."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.audience import consent, tokens
from campaigns.audience.consent import Evidence
from campaigns.audience.models import Segment
from campaigns.audience.segments import compiling, saving
from campaigns.composing import checks, previewing
from campaigns.composing.models import Campaign, Revision
from campaigns.sending import forgetting, launch, proofing, reading
from campaigns.sending.claiming import Claim
from campaigns.sending.models import Belonging, Delivery, InboxMail
from campaigns.sending.testing import mailing
from tests import world
from tests.composing.letters import parse
from tests.sending import stage
from tests.sending.test_inbox_server import running

CHILE = {"match": "all", "of": [{"what": "country", "how": "is", "values": ["CL"]}]}
OPENED = {"match": "all", "of": [{"what": "opened", "how": "last", "last": 3}]}
PERU = {"match": "all", "of": [{"what": "country", "how": "is", "values": ["PE"]}]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def chileans(workspace):
    one = Segment.objects.create(workspace=workspace, name="Chileans", question=CHILE)
    one.refresh_from_db()
    return one


@pytest.fixture
def news(workspace):
    on = world.make_list(workspace)
    for name, country in {"ann": "CL", "bob": "CL", "cid": "PE"}.items():
        world.make_contact(workspace, on=on, email=f"{name}@example.com", country=country)
    return on


def part(segment, test, words):
    inner = [{"type": "text", "html": f"<p>{words}</p>"}]
    return {"type": "condition", "test": test, "segment": segment.key, "blocks": inner}


def write(segment):
    blocks = [
        {"type": "text", "html": "<p>For all</p>"},
        part(segment, "in", "Only inside"),
        part(segment, "out", "Only outside"),
    ]
    return json.dumps({"version": 1, "blocks": blocks}, separators=(",", ":"))


@pytest.fixture
def campaign(workspace, sender, news, chileans):
    return world.make_campaign(
        workspace, sender=sender, lists=[news], format="blocks", body=write(chileans)
    )


def opened(mail):
    return parse(bytes(mail.content))


def seen(html):
    return " ".join(side for side in ("inside", "outside") if f"Only {side}" in html)


def person(campaign, name):
    return campaign.workspace.contacts.get(email=f"{name}@example.com")


def claimed(campaign):
    claim = Claim(campaign.pk, 10)
    claim.give_back()
    return {row.address.partition("@")[0]: row.contact for row in claim.rows}


def web_version(campaign, name):
    delivery = Delivery.objects.get(campaign=campaign, address=f"{name}@example.com")
    token = tokens.Token(
        campaign_id=campaign.pk, contact_id=person(campaign, name).pk, delivery_id=delivery.pk
    )
    return seen(reading.html_of(token, person(campaign, name)) or "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tracking", Campaign.Tracking.values)
def test_each_gets_the_part_that_is_for_them_in_html_and_text(campaign, settings, tracking):
    Campaign.objects.update(tracking=tracking)
    with running() as settings.INBOX_PORT:
        stage.go(campaign)
        stage.send(campaign)
    got = {}
    for mail in InboxMail.objects.filter(workspace=campaign.workspace):
        message = opened(mail)
        both = [message.get_body((kind,)).get_content() for kind in ("html", "plain")]
        got[mail.to_address.partition("@")[0]] = {seen(one) for one in both}
    assert got == {"ann": {"inside"}, "bob": {"inside"}, "cid": {"outside"}}


def test_who_is_in_the_segment_is_asked_once_for_a_whole_claim(campaign):
    stage.make_people(campaign.workspace, campaign.lists.get(), 20)
    stage.go(campaign)
    first = Claim(campaign.pk, 1)
    with CaptureQueriesContext(connection) as of_one:
        Claim(campaign.pk, 1)
    with CaptureQueriesContext(connection) as of_many:
        many = Claim(campaign.pk, 50)
    assert (len(first.rows), len(many.rows)) == (1, 21)
    assert len(of_many) == len(of_one)


def test_a_later_edit_of_the_segment_changes_no_mail_that_is_going_out(campaign, chileans):
    stage.go(campaign)
    saving.save(chileans, "Peruvians", compiling.read(PERU))
    key = f"segment-{chileans.key}"
    assert {name: said[key] for name, said in claimed(campaign).items()} == {
        "ann": "in",
        "bob": "in",
        "cid": "out",
    }


def test_a_second_try_and_the_web_version_show_what_the_first_try_did(campaign, chileans):
    stage.go(campaign)
    claimed(campaign)
    person_ids = campaign.workspace.contacts.filter(email__startswith="ann")
    person_ids.update(country="PE")
    assert claimed(campaign)["ann"][f"segment-{chileans.key}"] == "in"
    assert {name: web_version(campaign, name) for name in ("ann", "cid")} == {
        "ann": "inside",
        "cid": "outside",
    }


def test_other_content_asks_anew(campaign, chileans):
    stage.go(campaign)
    claimed(campaign)
    campaign.workspace.contacts.filter(email__startswith="ann").update(country="PE")
    first = Revision.objects.get(campaign=campaign)
    Revision.objects.create(
        workspace=campaign.workspace,
        campaign=campaign,
        number=2,
        html=first.html,
        text=first.text,
        segments=first.segments,
    )
    Campaign.objects.update(revision=2)
    assert claimed(campaign)["ann"][f"segment-{chileans.key}"] == "out"


def test_of_a_mail_for_everybody_nothing_is_asked_or_kept(workspace, sender, news):
    campaign = world.make_campaign(workspace, sender=sender, lists=[news])
    stage.go(campaign)
    assert set(claimed(campaign)) == {"ann", "bob", "cid"}
    assert not Belonging.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_previews_and_tests_show_what_the_contact_would_get(campaign, settings):
    assert seen(previewing.preview(campaign, person(campaign, "ann")).html) == "inside"
    assert seen(previewing.preview(campaign, person(campaign, "cid")).text) == "outside"
    assert seen(previewing.preview(campaign).html) == "outside"
    with running() as settings.INBOX_PORT:
        mailing.send(campaign, ["me@example.com"], person(campaign, "bob"))
    (mail,) = InboxMail.objects.filter(workspace=campaign.workspace)
    assert seen(opened(mail).get_body(("html",)).get_content()) == "inside"


def test_the_check_says_how_many_see_what(campaign, chileans):
    (finding,) = proofing.in_segments(campaign)
    assert finding.message == (
        "2 of 3 recipients are in “Chileans” now and see what is for them; the other 1 see what "
        "is for everybody else."
    )
    assert finding.at == chileans.key


def test_a_part_that_nobody_sees_should_be_mended(campaign):
    campaign.workspace.contacts.update(country="PE")
    (finding,) = proofing.in_segments(campaign)
    assert (finding.weight, "nobody sees" in finding.message) == ("should", True)


def test_a_deleted_segment_stops_the_launch_and_says_where(campaign, chileans):
    chileans.delete()
    (problem,) = checks.problems(campaign)
    assert problem.message == ("Block 2: The segment that it is for was deleted: choose another.")
    assert launch.launch(campaign)
    assert not launch.prepare(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FAILED


def test_a_segment_that_is_not_chosen_yet_or_asks_for_what_is_gone_is_told(campaign, chileans):
    gone = {"match": "all", "of": [{"what": "list", "how": "on", "list": 999_999}]}
    Segment.objects.update(question=gone)
    assert [one.message for one in checks.problems(campaign)] == [
        "The segment “Chileans” asks for something that is gone: change it."
    ]
    campaign.body = campaign.body.replace(chileans.key, "")
    (problem,) = checks.problems(campaign)
    assert problem.message.startswith("Block 2: Choose the segment")


def test_what_cannot_be_asked_any_more_is_shown_to_nobody(campaign):
    stage.go(campaign)
    gone = {"match": "all", "of": [{"what": "list", "how": "on", "list": 999_999}]}
    Revision.objects.update(segments=dict.fromkeys(Revision.objects.get().segments, gone))
    assert not any(name for said in claimed(campaign).values() for name in said if "-" in name)


def test_the_segment_of_another_workspace_is_none(campaign, chileans):
    chileans.workspace = world.make_workspace()
    chileans.save()
    assert "was deleted" in checks.problems(campaign)[0].message


def test_merge_tags_ask_for_segments_too(workspace, sender, news, chileans):
    body = f'Hello{{% if contact.segment-{chileans.key} == "in" %}} Only inside{{% endif %}}'
    campaign = world.make_campaign(workspace, sender=sender, lists=[news], body=body)
    assert checks.problems(campaign) == []
    assert seen(previewing.preview(campaign, person(campaign, "ann")).html) == "inside"
    assert seen(previewing.preview(campaign, person(campaign, "cid")).html) == ""
    chileans.delete()
    (problem,) = checks.problems(campaign)
    assert "was deleted" in problem.message


def test_the_page_of_a_segment_names_the_mails_with_parts_for_it(campaign, chileans):
    assert [use.name for use in saving.uses(chileans)] == [campaign.name]


def test_what_was_said_of_a_person_goes_with_them(campaign):
    stage.go(campaign)
    claimed(campaign)
    forgetting.forget([person(campaign, "ann").pk])
    assert Belonging.objects.count() == 2


def test_what_follows_from_reading_goes_when_measuring_is_refused(campaign, chileans):
    Segment.objects.filter(pk=chileans.pk).update(question=OPENED)
    stage.go(campaign)
    claimed(campaign)
    consent.refuse(person(campaign, "ann"), Evidence("member"))
    assert Belonging.objects.count() == 2


def test_what_follows_from_nothing_that_was_measured_stays(campaign):
    stage.go(campaign)
    claimed(campaign)
    consent.refuse(person(campaign, "ann"), Evidence("member"))
    assert Belonging.objects.count() == 3

"""Who was not seen for long is asked by a campaign that is ready to be sent, and nobody else."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from campaigns.composing import checks, previewing
from campaigns.composing.models import Campaign
from campaigns.composing.sunset import asking, words
from campaigns.composing.sunset.models import SunsetRule
from campaigns.sending.querysets import launching
from tests import world

pytestmark = pytest.mark.django_db


def reached(campaign):
    emails = launching.audience(campaign).values_list("email", flat=True)
    return sorted(email.removesuffix("@example.com") for email in emails)


@pytest.mark.usefixtures("crowd")
def test_the_draft_goes_to_those_alone_who_were_surely_not_seen(workspace, member, rule):
    campaign = asking.draft(rule, member)
    assert reached(campaign) == ["ann", "bob", "cid"]
    assert campaign.status == Campaign.Status.DRAFT
    assert checks.problems(campaign) == []
    rule.refresh_from_db()
    assert rule.campaign == campaign and rule.segment.name == "Not seen for 6 months"


@pytest.mark.usefixtures("crowd")
def test_who_got_nothing_in_that_time_could_not_be_seen(workspace, member, rule, make):
    person = make("fay")
    person.deliveries.all().delete()
    assert reached(asking.draft(rule, member)) == ["ann", "bob", "cid"]


@pytest.mark.usefixtures("crowd")
def test_a_rule_of_one_list_is_about_its_people(workspace, member, sender, make):
    offers = world.make_list(workspace, name="Offers")
    make("fay", on=offers)
    rule = workspace.sunset_rules.create(list=offers, months=12)
    campaign = asking.draft(rule, member)
    assert reached(campaign) == ["fay"]
    assert list(campaign.lists.all()) == [offers]
    assert workspace.segments.get().name == "Not seen for 12 months: Offers"


def test_one_round_at_a_time(member, rule, crowd):
    asking.draft(rule, member)
    with pytest.raises(asking.AskedAlreadyError):
        asking.draft(rule, member)
    assert Campaign.objects.filter(status="draft").count() == 1
    Campaign.objects.filter(status="draft").delete_drafts()
    rule.refresh_from_db()
    asking.draft(rule, member)
    assert rule.workspace.segments.count() == 1


def test_the_segment_asks_what_the_rule_asks_now_whatever_it_is_called(member, rule, workspace):
    world_segment = {"match": "all", "of": [{"what": "list", "how": "on_any"}]}
    workspace.segments.create(name="not seen for 6 months", question=world_segment)
    asking.draft(rule, member)
    rule.refresh_from_db()
    assert rule.segment.name == "Not seen for 6 months 2"
    SunsetRule.objects.update(campaign=None, months=24)
    rule.refresh_from_db()
    asking.draft(rule, member)
    days = [one["days"] for one in rule.segment.question["of"] if "days" in one]
    assert days == [730, 730]


def test_there_is_one_rule_for_the_same_people(workspace, rule):
    with pytest.raises(IntegrityError), transaction.atomic():
        workspace.sunset_rules.create(months=3)


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "nl"])
def test_the_mail_can_be_sent_as_it_is_in_every_language(workspace, member, rule, crowd, language):
    type(workspace).objects.filter(pk=workspace.pk).update(language=language)
    rule.workspace.refresh_from_db()
    campaign = asking.draft(rule, member)
    assert checks.problems(campaign) == []
    with translation.override(language):
        said = words.words(6, 14)
    assert campaign.subject == said.subject and "14" in campaign.body
    mail = previewing.preview(campaign, crowd[0]).html
    assert "/stay" in mail and 'class="button-link"' in mail


def test_the_words_are_those_of_the_language():
    asked = set()
    for language in ("en", "de", "es", "fr", "nl"):
        with translation.override(language):
            asked.add(words.words(1, 1).subject)
    assert len(asked) == 5


@pytest.mark.usefixtures("crowd")
def test_the_button_makes_the_draft_and_opens_it(alice, workspace, rule):
    page = alice.get(reverse("composing:hygiene")).text
    assert "<strong>3</strong>" in page and "Of 1 more person nobody can know" in page
    answer = alice.post(reverse("composing:ask_to_stay", args=[rule.pk]))
    campaign = Campaign.objects.get(status="draft")
    assert answer.url == reverse("composing:edit", args=[campaign.pk])
    assert workspace.audit.get(action="sunset_asked").details["campaign"] == campaign.pk
    again = alice.post(reverse("composing:ask_to_stay", args=[rule.pk]), follow=True)
    assert "asks already" in again.text
    assert "is written and not sent yet" in again.text


@pytest.mark.usefixtures("crowd")
def test_the_form_counts_before_it_saves(alice, workspace, news):
    url = reverse("composing:new_sunset_rule")
    values = {"months": 12, "about": news.pk, "answer_days": 30}
    assert "<strong>3</strong>" in alice.post(url, {**values, "count": "yes"}).text
    assert not workspace.sunset_rules.exists()
    assert alice.post(url, values).status_code == 302
    rule = workspace.sunset_rules.get()
    assert (rule.months, rule.list, rule.answer_days) == (12, news, 30)
    assert not rule.is_automatic and rule.automatic_by is None
    assert "There is a rule for these people" in alice.post(url, values).text


@pytest.mark.parametrize(
    ("name", "value"),
    [("months", "0"), ("months", "61"), ("months", "x"), ("answer_days", "0"), ("about", "999")],
)
def test_what_is_out_of_reason_is_said(alice, workspace, name, value):
    values = {"months": 6, "about": "", "answer_days": 14, name: value}
    assert alice.post(reverse("composing:new_sunset_rule"), values).status_code == 422
    assert not workspace.sunset_rules.exists()


def test_what_people_were_told_stays_while_a_round_is_under_way(alice, member, rule):
    asking.draft(rule, member)
    url = reverse("composing:sunset_rule", args=[rule.pk])
    alice.post(url, {"months": 1, "answer_days": 1, "is_automatic": "on"})
    rule.refresh_from_db()
    assert (rule.months, rule.answer_days, rule.is_automatic) == (6, 14, True)
    assert rule.automatic_by == member


def test_odd_addresses_are_counted_beside(alice, workspace):
    for email in ("info@acme.example", "pat@gmial.com", "pat@example.com"):
        world.make_contact(workspace, email=email)
    page = alice.get(reverse("composing:hygiene"))
    counts = {name: count for name, _label, count in page.context["oddities"]}
    assert counts == {"role": 1, "disposable": 0, "mistyped": 1}
    link = reverse("audience:contacts") + "?odd=mistyped"
    assert link in page.text
    shown = alice.get(link).context["page"]
    assert [one.email for one in shown] == ["pat@gmial.com"]

"""What must be mended before sending, said at the field."""

import pytest

from campaigns.accounts.models import Provider
from campaigns.audience.models import Field
from campaigns.composing import checks
from tests import world


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(workspace, sender=sender, lists=[world.make_list(workspace)])


def fields_of(campaign):
    return {problem.field for problem in checks.problems(campaign)}


def test_a_finished_campaign_has_no_problem(campaign):
    assert checks.problems(campaign) == []


def test_an_empty_one_has_all_of_them(workspace):
    campaign = world.make_campaign(workspace, subject=" ", body="\n")
    assert fields_of(campaign) == {"subject", "sender", "lists", "body"}
    assert all(problem.missing for problem in checks.problems(campaign))


@pytest.mark.parametrize("field", ["subject", "preheader", "body", "text"])
def test_an_unknown_merge_tag_is_said_at_its_field_with_its_line(campaign, field):
    setattr(campaign, field, "one\ntwo {{ contact.frist_name }}")
    (problem,) = checks.problems(campaign)
    assert (problem.field, problem.missing) == (field, False)
    assert problem.message.startswith("Line 2")
    assert "contact.first_name" in problem.message


def test_fields_of_the_workspace_are_known_those_of_others_not(campaign, workspace):
    campaign.body = "{{ contact.company }}"
    Field.objects.create(workspace=world.make_workspace(), key="company", label="Company")
    assert fields_of(campaign) == {"body"}
    Field.objects.create(workspace=workspace, key="company", label="Company")
    assert fields_of(campaign) == set()


def test_a_mail_of_more_than_a_megabyte_is_refused(campaign):
    campaign.body = "word " * 210_000
    (problem,) = checks.problems(campaign)
    assert problem.field == "body"
    assert "1,000 kB" in problem.message


def test_a_mail_that_gmail_clips_is_warned_of(campaign):
    campaign.body = "word " * 21_000
    assert checks.problems(campaign) == []
    assert any("102 kB" in one.message for one in checks.advice(campaign))


def test_a_long_subject_is_warned_of_but_its_merge_tags_are_not_counted(campaign):
    campaign.preheader = "x"
    campaign.subject = "{{ contact.first_name | default: 'some long fallback for a name' }}, hi"
    assert checks.advice(campaign) == []
    campaign.subject = "x" * 61
    assert [one.field for one in checks.advice(campaign)] == ["subject"]


def test_a_sender_that_cannot_stand_in_a_header_is_said(campaign):
    campaign.sender.email = "jörg@example.com"
    assert fields_of(campaign) == {"sender"}


def test_the_local_inbox_is_no_way_out_once_there_is_a_real_provider(campaign, workspace):
    provider = Provider.objects.create(workspace=workspace, name="P", kind="postmark")
    real = world.make_sender(workspace, provider=provider)
    (problem,) = checks.problems(campaign)
    assert problem.field == "sender"
    assert "nobody would get the mail" in problem.message
    campaign.sender = real
    assert checks.problems(campaign) == []

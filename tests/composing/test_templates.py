"""Templates: ours, those of a workspace, and campaigns that start from one."""

import json
import re

import pytest
from django.urls import reverse

from campaigns.composing.blocks import document
from campaigns.composing.models import Brand, Template
from campaigns.composing.proofing import proof
from campaigns.composing.templating import choosing, starters
from tests import world


def start(client, template, name="Spring"):
    return client.post(reverse("composing:new"), {"name": name, "template": template})


def save(client, template, **changes):
    data = {
        "name": template.name,
        "subject": "",
        "preheader": "",
        "body": template.body,
        "version": template.version,
    }
    return client.post(reverse("composing:template", args=[template.pk]), data | changes)


def content(workspace, key):
    found = choosing.content(workspace, key)
    assert found is not None
    return found


@pytest.mark.parametrize("key", starters.KEYS)
def test_each_of_ours_passes_the_check_before_sending_with_nothing_to_say(
    workspace, sender, key, settings
):
    settings.PUBLIC_URL = "https://news.acme.com"
    Brand.objects.create(workspace=workspace, website="https://www.acme.com")
    facts = content(workspace, key)
    campaign = world.make_campaign(
        workspace, sender=sender, lists=[world.make_list(workspace)], **facts
    )
    found = [(one.finding.weight, one.finding.message) for one in proof.of_mail(campaign)]
    assert found == []


@pytest.mark.parametrize("key", starters.KEYS)
def test_each_of_ours_shows_only_pictures_that_we_serve(client, key, workspace, settings):
    body = content(workspace, key)["body"]
    for block in document.walk(json.loads(body)["blocks"]):
        if block["type"] == "image":
            assert block["alt"]
            path = block["src"].removeprefix(settings.PUBLIC_URL)
            response = client.get(path)
            assert response.status_code == 200
            assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    rest = body.replace(settings.PUBLIC_URL, "").replace("https://example.com", "")
    assert not re.search("https?://", rest)


def test_a_picture_that_we_do_not_have_is_not_found(client, db):
    assert client.get("/media/starters/nothing.png").status_code == 404


def test_ours_link_to_the_website_of_the_brand(workspace):
    Brand.objects.create(workspace=workspace, website="https://acme.example/")
    body = content(workspace, "offer")["body"]
    assert "https://acme.example/shop" in body
    assert "example.com" not in body


def test_a_campaign_starts_from_one_of_ours(alice, workspace):
    start(alice, "welcome")
    campaign = workspace.campaigns.get()
    assert (campaign.name, campaign.format) == ("Spring", "blocks")
    assert campaign.subject == starters.every()["welcome"].subject
    assert "Welcome, come on in" in campaign.body


def test_a_campaign_of_a_template_stays_as_it_is_when_the_template_changes(alice, workspace):
    template = world.make_template(workspace, subject="Hi")
    start(alice, str(template.pk))
    campaign = workspace.campaigns.get()
    save(alice, template, body='{"version":1,"blocks":[{"type":"divider"}]}')
    template.refresh_from_db()
    campaign.refresh_from_db()
    assert "divider" in template.body
    assert "divider" not in campaign.body
    assert campaign.subject == "Hi"


@pytest.mark.parametrize("key", ["nothing", "0", "99999999999999999999", "-1", "٣"])
def test_no_campaign_starts_from_what_does_not_exist(alice, workspace, key):
    assert start(alice, key).status_code == 404
    assert not workspace.campaigns.exists()


def test_nobody_starts_from_the_template_of_another_workspace(alice, workspace):
    other = world.make_template(world.make_workspace())
    assert start(alice, str(other.pk)).status_code == 404


def test_a_campaign_is_kept_as_a_template(alice, workspace):
    campaign = world.make_campaign(workspace, name="Spring", body="# Hi", preheader="Look")
    response = alice.post(reverse("composing:keep_campaign", args=[campaign.pk]))
    template = workspace.templates.get()
    assert response.url == reverse("composing:template", args=[template.pk])
    assert (template.name, template.body, template.preheader) == ("Spring", "# Hi", "Look")
    assert template.format == "markdown"


def test_a_template_is_copied_renamed_and_deleted(alice, workspace):
    template = world.make_template(workspace, name="Monthly")
    alice.post(reverse("composing:duplicate_template", args=[template.pk]))
    copy = workspace.templates.get(name="Copy of Monthly")
    assert copy.body == template.body
    save(alice, copy, name="Weekly")
    alice.post(reverse("composing:delete_template", args=[template.pk]))
    assert list(workspace.templates.values_list("name", flat=True)) == ["Weekly"]


def test_one_of_ours_becomes_the_workspaces_own(alice, workspace):
    alice.post(reverse("composing:keep_starter", kwargs={"starter": "letter"}))
    assert workspace.templates.get().name == "Letter"


def test_two_open_pages_do_not_undo_each_other(alice, workspace):
    template = world.make_template(workspace)
    save(alice, template, name="First")
    late = save(alice, template, name="Second")
    assert late.status_code == 422
    assert "Somebody else saved" in late.content.decode()
    assert Template.objects.get().name == "First"


def test_what_could_run_is_not_kept_in_a_template(alice, workspace):
    template = world.make_template(workspace)
    hostile = {"type": "text", "html": "<p>x</p><script>alert(1)</script>"}
    save(alice, template, body=json.dumps({"version": 1, "blocks": [hostile]}))
    template.refresh_from_db()
    assert "script" not in template.body
    assert template.version == 2


def test_the_gallery_shows_each_as_the_mail_it_makes(alice, workspace):
    template = world.make_template(workspace, name="Monthly")
    page = alice.get(reverse("composing:templates")).content.decode()
    assert "Monthly" in page
    assert page.count("<iframe sandbox") == 1 + len(starters.KEYS)
    frame = alice.get(reverse("composing:template_frame", args=[template.pk]))
    assert "Hello" in frame.content.decode()
    assert "Unsubscribe" in frame.content.decode()
    assert "sandbox" in frame["Content-Security-Policy"]
    ours = alice.get(reverse("composing:starter_frame", kwargs={"starter": "story"}))
    assert "The lake that nobody owns" in ours.content.decode()


def test_a_template_that_cannot_be_read_says_so_in_its_frame(alice, workspace):
    template = world.make_template(workspace, format="html", body="{{ contact. }}")
    frame = alice.get(reverse("composing:template_frame", args=[template.pk]))
    assert frame.status_code == 200
    assert "cannot be read" in frame.content.decode()

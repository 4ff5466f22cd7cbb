"""The pages campaigns are written and previewed on."""

import re

import pytest
from django.urls import reverse

from campaigns.composing.models import Campaign
from tests import world

HTMX = {"HX-Request": "true"}


@pytest.fixture
def campaign(workspace, sender):
    return world.make_campaign(
        workspace, name="Spring", sender=sender, lists=[world.make_list(workspace)]
    )


def url(name, campaign=None):
    return reverse(f"composing:{name}", args=[campaign.pk] if campaign else [])


def form_data(campaign, **changes):
    data = {
        "name": campaign.name,
        "subject": campaign.subject,
        "preheader": campaign.preheader,
        "sender": campaign.sender_id or "",
        "reply_to": campaign.reply_to,
        "lists": list(campaign.lists.values_list("pk", flat=True)),
        "format": campaign.format,
        "body": campaign.body,
        "text": campaign.text,
        "tracking": campaign.tracking,
        "inline_css": "on",
        "version": campaign.version,
        "tab": "one",
    }
    return data | changes


def test_a_campaign_begins_with_a_name(alice, workspace, member):
    response = alice.post(url("new"), {"name": "Spring"})
    campaign = workspace.campaigns.get()
    assert response.url == url("edit", campaign)
    assert (campaign.name, campaign.created_by, campaign.status) == ("Spring", member, "draft")


def test_without_a_name_it_does_not(alice, workspace):
    response = alice.post(url("new"), {"name": " "})
    assert response.status_code == 422
    assert not workspace.campaigns.exists()


def test_the_page_shows_what_was_written(alice, campaign):
    page = alice.get(url("edit", campaign)).content.decode()
    assert "Spring" in page
    assert "{{ contact.first_name | default: &quot;friend&quot; }}" in page
    assert "(0 people)" in page


def test_a_pause_in_typing_saves_and_says_when_and_where(alice, campaign, workspace):
    workspace.time_zone = "Europe/Amsterdam"
    workspace.save(update_fields=["time_zone"])
    response = alice.post(url("edit", campaign), form_data(campaign, subject="New"), headers=HTMX)
    campaign.refresh_from_db()
    assert campaign.subject == "New"
    assert re.search(r"Saved \d\d:\d\d \(Europe/Amsterdam\)", response.content.decode())


def test_an_unknown_merge_tag_is_saved_and_said_at_the_field(alice, campaign):
    data = form_data(campaign, body="x\n{{ contact.frist_name }}")
    page = alice.post(url("edit", campaign), data, headers=HTMX).content.decode()
    (problem,) = re.findall(r'id="problem-body".*?</div>', page, re.DOTALL)
    assert "Line 2" in problem
    assert "contact.first_name" in problem
    campaign.refresh_from_db()
    assert "frist_name" in campaign.body


def test_a_bad_address_is_said_and_the_rest_is_saved(alice, campaign):
    data = form_data(campaign, reply_to="nobody", subject="New")
    page = alice.post(url("edit", campaign), data, headers=HTMX).content.decode()
    assert "but not: Reply-to address" in page
    campaign.refresh_from_db()
    assert (campaign.subject, campaign.reply_to) == ("New", "")


@pytest.mark.parametrize("field", ["subject", "preheader", "name"])
def test_no_line_end_gets_into_a_header(alice, campaign, field):
    data = form_data(campaign, **{field: "Hi\r\nBcc: eve@example.com"})
    alice.post(url("edit", campaign), data, headers=HTMX)
    campaign.refresh_from_db()
    assert "\n" not in getattr(campaign, field)


def test_what_is_missing_is_said_only_when_the_author_wants_to_go_on(alice, campaign):
    data = form_data(campaign, body="")
    page = alice.post(url("edit", campaign), data, headers=HTMX).content.decode()
    assert "the body is empty" not in page
    data = form_data(campaign, body="", **{"continue": "yes"})
    page = alice.post(url("edit", campaign), data, headers=HTMX).content.decode()
    assert "the body is empty" in page


def test_going_on_leads_to_the_preview(alice, campaign):
    data = form_data(campaign, **{"continue": "yes"})
    assert alice.post(url("edit", campaign), data).url == url("preview", campaign)
    campaign.refresh_from_db()
    answer = alice.post(
        url("edit", campaign), form_data(campaign, **{"continue": "yes"}), headers=HTMX
    )
    assert answer["HX-Redirect"] == url("preview", campaign)


def test_without_scripts_errors_come_with_all_that_was_typed(alice, campaign):
    data = form_data(campaign, reply_to="nobody", body="", subject="Kept", **{"continue": "yes"})
    response = alice.post(url("edit", campaign), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="nobody"' in page
    assert 'value="Kept"' in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_older_page_is_told_and_loses_nothing(alice, campaign, headers):
    alice.post(url("edit", campaign), form_data(campaign, subject="Theirs", tab="theirs"))
    mine = form_data(campaign, subject="Mine", tab="mine")
    response = alice.post(url("edit", campaign), mine, headers=headers)
    page = response.content.decode()
    assert "Somebody else has changed this campaign" in page
    if not headers:
        assert 'value="Mine"' in page
    campaign.refresh_from_db()
    assert campaign.subject == "Theirs"

    (version,) = re.findall(r'name="version" (?:id="id_version" )?value="(\d+)"', page)
    alice.post(url("edit", campaign), mine | {"version": version})
    campaign.refresh_from_db()
    assert campaign.subject == "Mine"


def test_a_campaign_on_its_way_does_not_change(alice, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(status="sending")
    page = alice.post(
        url("edit", campaign), form_data(campaign, subject="Late"), headers=HTMX
    ).content.decode()
    assert "on its way" in page
    assert alice.get(url("edit", campaign)).status_code == 302


def test_senders_and_lists_of_others_cannot_be_chosen(alice, campaign):
    other = world.make_workspace()
    data = form_data(
        campaign, sender=world.make_sender(other).pk, lists=[world.make_list(other).pk]
    )
    alice.post(url("edit", campaign), data, headers=HTMX)
    before = campaign.sender_id, list(campaign.lists.values_list("pk", flat=True))
    campaign.refresh_from_db()
    assert (campaign.sender_id, list(campaign.lists.values_list("pk", flat=True))) == before


@pytest.mark.parametrize("view", ["desktop", "phone", "text", "nonsense"])
def test_previews_in_every_width(alice, campaign, view):
    page = alice.get(url("preview", campaign), {"view": view}).content.decode()
    if view == "text":
        assert "Hello friend" in page
    else:
        assert 'sandbox=""' in page


def test_previews_as_a_chosen_contact(alice, campaign, workspace):
    bob = world.make_contact(workspace, first_name="Bob")
    page = alice.get(url("preview", campaign), {"view": "text", "contact": bob.pk})
    assert "Hello Bob" in page.content.decode()


@pytest.mark.parametrize("contact", ["0", "-1", "x", "1" * 30, "²"])
def test_an_unknown_contact_is_not_found(alice, campaign, contact):
    assert alice.get(url("preview", campaign), {"contact": contact}).status_code == 404
    assert alice.get(url("frame", campaign), {"contact": contact}).status_code == 404


def test_contacts_of_others_are_not_found(alice, campaign):
    foreign = world.make_contact(world.make_workspace())
    assert alice.get(url("frame", campaign), {"contact": foreign.pk}).status_code == 404


def test_finds_a_contact_to_preview_as(alice, campaign, workspace):
    world.make_contact(workspace, email="ada@example.com")
    world.make_contact(workspace, email="bob@example.com")
    page = alice.get(url("preview", campaign), {"q": "ada"}, headers=HTMX).content.decode()
    assert "ada@example.com" in page
    assert "bob@example.com" not in page


def test_offers_some_of_many_contacts_to_preview_as(alice, campaign, workspace):
    for number in range(12):
        world.make_contact(workspace, email=f"person{number}@many.example", first_name="Ada")
    for asked in ("ada", "many", ""):
        page = alice.get(url("preview", campaign), {"q": asked}, headers=HTMX).content.decode()
        assert page.count("@many.example") == 8


def test_the_frame_lets_nothing_run_and_nothing_out(alice, campaign):
    campaign.format = "html"
    campaign.body = "<script>parent.document.title='x'</script><p onclick=x>Hi</p>"
    campaign.save(update_fields=["format", "body"])
    response = alice.get(url("frame", campaign))
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'; img-src 'self' https: data:;")
    assert "allow-scripts" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "/track/" not in response.content.decode()


def test_a_frame_that_cannot_be_shown_says_why(alice, campaign):
    campaign.body = "{% if contact.email %}"
    campaign.save(update_fields=["body"])
    assert "endif" in alice.get(url("frame", campaign)).content.decode()
    page = alice.get(url("preview", campaign)).content.decode()
    assert "endif" in page


def test_copies_by_post_only(alice, campaign, workspace):
    assert alice.get(url("duplicate", campaign)).status_code == 405
    response = alice.post(url("duplicate", campaign))
    copy = workspace.campaigns.exclude(pk=campaign.pk).get()
    assert response.url == url("edit", copy)


def test_deleting_asks_first(alice, campaign):
    assert "Delete" in alice.get(url("delete", campaign)).content.decode()
    assert Campaign.objects.filter(pk=campaign.pk).exists()
    alice.post(url("delete", campaign))
    assert not Campaign.objects.filter(pk=campaign.pk).exists()


def test_what_was_sent_is_not_deleted(alice, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(status="sent")
    alice.post(url("delete", campaign))
    assert Campaign.objects.filter(pk=campaign.pk).exists()


@pytest.mark.parametrize("name", ["edit", "preview", "frame", "delete"])
def test_strangers_find_nothing(stranger, campaign, name):
    assert stranger.get(url(name, campaign)).status_code == 404


@pytest.mark.parametrize("name", ["edit", "duplicate", "delete"])
def test_strangers_change_nothing(stranger, campaign, name):
    assert stranger.post(url(name, campaign), form_data(campaign, subject="x")).status_code == 404
    campaign.refresh_from_db()
    assert campaign.subject == "Hello"


def test_the_writing_page_asks_few_questions(alice, campaign, django_assert_max_num_queries):
    with django_assert_max_num_queries(26):
        alice.get(url("edit", campaign))


def test_from_the_preview_of_a_paused_campaign_one_gets_back_to_it(alice, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(status="paused")
    page = alice.get(url("preview", campaign)).content.decode()
    assert f'href="{reverse("sending:campaign", args=[campaign.pk])}"' in page


def test_a_campaign_may_be_stricter_than_the_workspace(alice, campaign):
    page = alice.get(url("edit", campaign)).content.decode()
    assert "never laxer" in page
    alice.post(url("edit", campaign), form_data(campaign, policy="strict", save="yes"))
    campaign.refresh_from_db()
    assert campaign.policy == "strict"

"""The timeline of a contact tells what was changed, by whom, and which import brought them."""

import pytest
from django.urls import reverse

from campaigns.audience import tokens
from campaigns.audience.bulk import people, running
from campaigns.audience.models import Change
from campaigns.reports import story
from tests import world


@pytest.fixture
def ann(workspace):
    workspace.contact_fields.create(key="vip", label="Is a VIP", kind="yes_no")
    return world.make_contact(workspace, email="ann@example.com", country="NL")


def told(contact, show=""):
    return {(str(moment.text), moment.detail) for moment in story.of(contact, show)}


def test_members_edits_are_told_with_who_and_what(alice, ann):
    form = {"email": "ann@example.com", "first_name": "Ann", "country": "BE", "field_vip": "yes"}
    alice.post(reverse("audience:edit_contact", args=[ann.pk]), form)
    change = ("First name: – → Ann", "Country: NL → BE", "Is a VIP: – → Yes", "alice@example.org")
    assert told(ann, "changes") == {
        ("Changed: First name, Country, Is a VIP", " · ".join(change)),
    }
    alice.post(reverse("audience:edit_contact", args=[ann.pk]), form)
    assert Change.objects.count() == 1


def test_what_they_change_themselves_is_told(client, ann):
    token = tokens.unsubscribe_token(ann.pk)
    client.post(reverse("audience:own_language", args=[token]), {"language": "nl"})
    assert told(ann, "changes") == {("Changed: Language", "Language: – → nl · Preferences page")}


def test_tags_are_told_once_put_on_and_taken_off(alice, workspace, ann):
    alice.post(reverse("audience:add_tag", args=[ann.pk]), {"tag": "vip"})
    alice.post(reverse("audience:add_tag", args=[ann.pk]), {"tag": "VIP"})
    by = "alice@example.org"
    tagged = [moment for moment in story.of(ann, "lists") if "tagged" in str(moment.text)]
    assert [(moment.text, moment.detail) for moment in tagged] == [("Was tagged “vip”", by)]
    tag = workspace.tags.get()
    alice.post(reverse("audience:remove_tag", args=[ann.pk]), {"tag": tag.pk})
    alice.post(reverse("audience:remove_tag", args=[ann.pk]), {"tag": tag.pk})
    found = told(ann, "lists")
    assert ("The tag “vip” was taken off", by) in found
    assert ("Was tagged “vip”", by) in found


def test_changes_of_many_and_their_undoing_are_told(workspace, member, ann):
    edit = people.choose(workspace, member, workspace.contacts.all())
    edit.action, edit.values = "set_field", {"field": "country", "value": "FR"}
    edit.save()
    running.start(edit)
    running.run(edit.pk)
    edit.refresh_from_db()
    running.start_undo(edit)
    running.run(edit.pk)
    details = {detail for _text, detail in told(ann, "changes")}
    assert details == {
        "Country: NL → FR · alice@example.org · as one of 1 at once",
        "Country: FR → NL · alice@example.org · undoing a change of many",
    }


def test_the_page_filters_changes(alice, ann):
    alice.post(
        reverse("audience:edit_contact", args=[ann.pk]), {"email": ann.email, "country": "BE"}
    )
    page = alice.get(reverse("reports:contact_timeline", args=[ann.pk]), {"show": "changes"})
    assert "Country: NL → BE" in page.text and "Was added to the contacts" not in page.text

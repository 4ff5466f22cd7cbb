"""Members put tags on contacts, find people by them, rename, merge and delete them."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import forgetting, tags
from campaigns.audience.models import Tag, Tagging
from campaigns.privacy import take_away
from campaigns.reports import story
from tests import world


@pytest.fixture
def ann(workspace):
    return world.make_contact(workspace, email="ann@example.com")


@pytest.fixture
def bob(workspace):
    return world.make_contact(workspace, email="bob@example.com")


def names(contact):
    return sorted(Tag.objects.filter(taggings__contact=contact).values_list("name", flat=True))


def test_a_tag_is_added_once_and_taken_off_without_a_script(alice, ann):
    address = reverse("audience:add_tag", args=[ann.pk])
    for text in ("Press", " press ", "PRESS"):
        assert alice.post(address, {"tag": text}).url == reverse("audience:contact", args=[ann.pk])
    assert names(ann) == ["Press"]
    assert "Press" in alice.get(reverse("audience:contact", args=[ann.pk])).text
    [tag] = Tag.objects.all()
    alice.post(reverse("audience:remove_tag", args=[ann.pk]), {"tag": tag.pk})
    assert names(ann) == []
    assert Tag.objects.get() == tag


def test_a_page_with_a_script_gets_the_card_back(alice, ann):
    address = reverse("audience:add_tag", args=[ann.pk])
    response = alice.post(address, {"tag": "Press"}, headers={"HX-Request": "true"})
    assert response.text.lstrip().startswith("<section") and "Press" in response.text
    response = alice.post(address, {"tag": "a, b"}, headers={"HX-Request": "true"})
    assert response.status_code == 422 and "no commas" in response.text


@pytest.mark.parametrize("text", ["", "  ", "a" * 81, "one, two", "a;b", "a\0b", "a\u202eb"])
def test_what_cannot_be_a_tag_is_refused(workspace, ann, text):
    with pytest.raises(tags.TagError):
        tags.add(ann, text)
    assert not Tag.objects.exists()


def test_many_names_become_tags_at_once_whatever_their_letters(workspace):
    workspace.tags.create(name="Straße")
    found = tags.named(workspace.pk, ["ÉTÉ", "straße", "été", "VIP"])
    assert sorted(tag.name.casefold() for tag in found) == ["strasse", "vip", "été"]
    assert Tag.objects.count() == 3


def test_contacts_are_found_by_tag(alice, ann, bob):
    tag = tags.add(ann, "Press")
    response = alice.get(reverse("audience:contacts"), {"tag": tag.pk})
    assert list(response.context["page"]) == [ann]
    assert list(alice.get(reverse("audience:contacts"), {"tag": "x"}).context["page"]) == [bob, ann]


def test_a_tag_is_renamed_unless_another_has_the_name(alice, workspace, ann):
    tag = tags.add(ann, "Pres")
    address = reverse("audience:edit_tag", args=[tag.pk])
    alice.post(address, {"name": "Press"})
    alice.post(address, {"name": "PRESS"})
    tags.add(ann, "VIP")
    response = alice.post(address, {"name": "vip"})
    assert response.status_code == 422 and "merge the two" in response.text
    assert names(ann) == ["PRESS", "VIP"]
    assert [row.action for row in workspace.audit.all()] == ["tag_renamed", "tag_renamed"]


def test_two_tags_become_one_on_everybody(alice, workspace, ann, bob):
    old, new = tags.add(ann, "Journalist"), tags.add(ann, "Press")
    tags.add(bob, "Journalist")
    alice.post(reverse("audience:merge_tag", args=[old.pk]), {"into": new.pk})
    assert (names(ann), names(bob)) == (["Press"], ["Press"])
    assert Tag.objects.get() == new
    assert workspace.audit.get().details == {"tag": old.pk, "into": new.pk}


def test_a_tag_is_not_merged_into_itself_or_into_a_strangers(alice, ann):
    tag = tags.add(ann, "Press")
    foreign = world.make_workspace().tags.create(name="Press")
    for into in (tag, foreign):
        response = alice.post(reverse("audience:merge_tag", args=[tag.pk]), {"into": into.pk})
        assert response.status_code == 422
    assert names(ann) == ["Press"]


def test_a_tag_is_deleted_and_people_stay(alice, workspace, ann):
    tag = tags.add(ann, "Press")
    assert "1 contact has this tag" in alice.get(reverse("audience:edit_tag", args=[tag.pk])).text
    alice.post(reverse("audience:delete_tag", args=[tag.pk]))
    assert not Tag.objects.exists()
    assert workspace.contacts.get() == ann
    assert workspace.audit.get().details == {"tag": tag.pk, "people": 1}


def test_tags_are_told_taken_away_and_forgotten(ann):
    tags.add(ann, "Press")
    assert "Was tagged “Press”" in [str(moment.text) for moment in story.of(ann)]
    told = json.loads(take_away.take_away(ann, timezone.now()))
    assert [row["tag"] for row in told["tags"]] == ["Press"]
    forgetting.forget([ann.pk])
    assert not Tagging.objects.exists()


def test_readers_look_but_change_nothing(client, workspace, ann):
    tag = tags.add(ann, "Press")
    client.force_login(world.make_member(workspace, role="reader"))
    page = client.get(reverse("audience:contact", args=[ann.pk])).text
    assert "Press" in page and "Add a tag" not in page
    assert client.post(reverse("audience:delete_tag", args=[tag.pk])).status_code == 403
    assert client.post(reverse("audience:add_tag", args=[ann.pk]), {"tag": "x"}).status_code == 403
    assert names(ann) == ["Press"]

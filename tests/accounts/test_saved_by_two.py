"""Two people save something of one name at the same moment: the later one is told, kindly."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from campaigns.accounts import membership
from campaigns.accounts.models import Member, User, Workspace
from campaigns.audience import moving
from campaigns.audience.models import Contact, Field, List, SignUpForm
from campaigns.composing.pictures.models import PictureFolder
from campaigns.composing.publishing.models import PublicPage
from campaigns.sending.bounces import keeping
from campaigns.sending.bounces.models import BounceMailbox
from campaigns.sending.models import TestGroup
from tests import world
from tests.turns import beside

pytestmark = pytest.mark.django_db(transaction=True)

BLOCK = json.dumps({"type": "text", "html": "<p>Hello</p>"})


@dataclass(frozen=True)
class Case:
    """What the first one saves, and what the second one then posts, and is told."""

    first: Callable[[Workspace], object]
    post: Callable[[Workspace], tuple[str, dict[str, Any]]]
    said: str


def sender_of(workspace: Workspace, **fields: Any) -> dict[str, Any]:
    provider = workspace.providers.get().pk
    return {"name": "Anna", "email": "anna@example.com", "provider": provider} | fields


CASES = {
    "a folder": Case(
        lambda workspace: PictureFolder.objects.create(workspace=workspace, name="Ships"),
        lambda workspace: (reverse("composing:new_picture_folder"), {"name": "ships"}),
        "There is a folder with this name.",
    ),
    "a folder by another name": Case(
        lambda workspace: PictureFolder.objects.create(workspace=workspace, name="Ships"),
        lambda workspace: (
            reverse("composing:picture_folder", args=[workspace.picture_folders.get().pk]),
            {"name": "ships"},
        ),
        "There is a folder with this name.",
    ),
    "a block": Case(
        lambda workspace: world.make_saved_block(workspace, name="Greeting"),
        lambda workspace: (reverse("composing:keep_block"), {"name": "greeting", "body": BLOCK}),
        "There is a block with this name.",
    ),
    "a block by another name": Case(
        lambda workspace: world.make_saved_block(workspace, name="Greeting"),
        lambda workspace: (
            reverse("composing:saved_block", args=[workspace.saved_blocks.get().pk]),
            {"name": "greeting"},
        ),
        "There is a block with this name.",
    ),
    "a list": Case(
        lambda workspace: List.objects.create(workspace=workspace, name="Friends"),
        lambda workspace: (reverse("audience:new_list"), {"name": "Friends"}),
        "There is a list of this name already.",
    ),
    "a sender": Case(
        lambda workspace: world.make_sender(workspace, name="Anna", email="anna@example.com"),
        lambda workspace: (reverse("accounts:new_sender"), sender_of(workspace)),
        "There already is a sender with this name and address.",
    ),
    "a field": Case(
        lambda workspace: Field.objects.create(workspace=workspace, key="city", label="City"),
        lambda workspace: (reverse("audience:new_field"), {"label": "City", "kind": "text"}),
        "There is a field of this name already.",
    ),
    "an address": Case(
        lambda workspace: world.make_contact(workspace, email="ann@example.com"),
        lambda workspace: (
            reverse("audience:edit_contact", args=[workspace.contacts.get().pk]),
            {"email": "ann@example.com"},
        ),
        "Another contact has this address already.",
    ),
    "a sign-up form": Case(
        lambda workspace: SignUpForm.objects.create(
            workspace=workspace, list=workspace.lists.get(), key="x" * 24
        ),
        lambda workspace: (
            reverse("audience:sign_up_form", args=[workspace.lists.get().pk]),
            {"title": "Join us", "language": "en"},
        ),
        "Somebody else saved this at the same moment. Please look again.",
    ),
    "a public page": Case(
        lambda workspace: PublicPage.objects.create(
            workspace=workspace, list=workspace.lists.get(), title="Ours", key="ours"
        ),
        lambda workspace: (
            reverse("composing:list_page", args=[workspace.lists.get().pk]),
            {"title": "Ours"},
        ),
        "Somebody else saved this at the same moment. Please look again.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_who_comes_second_is_told_what_the_first_one_saved(alice, member, workspace, name):
    case = CASES[name]
    world.make_list(workspace, name="Readers")
    world.make_sender(workspace)
    world.make_contact(workspace, email="ben@example.com")
    if name.endswith("another name"):
        PictureFolder.objects.create(workspace=workspace, name="Boats")
        world.make_saved_block(workspace, name="Goodbye")
    address, data = case.post(workspace)
    browser = signed_in(member)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        case.first(workspace)
        second = beside(pool, lambda: browser.post(address, data))
        assert not second.done(), second.result().content.decode()
    answer = second.result()
    assert (answer.status_code, case.said in answer.content.decode()) == (422, True)


def test_who_keeps_a_group_for_tests_at_the_same_moment_has_the_last_word(member, workspace):
    campaign = world.make_campaign(workspace, sender=world.make_sender(workspace))
    address = reverse("sending:test", args=[campaign.pk])
    browser = signed_in(member)
    posted = {"name": "Proofs", "addresses": "ben@example.com", "keep": "1"}
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        TestGroup.objects.create(workspace=workspace, name="proofs", addresses=["a@example.com"])
        second = beside(pool, lambda: browser.post(address, posted))
        assert not second.done(), second.result().content.decode()
    assert second.result().status_code == 302
    assert TestGroup.objects.get().addresses == ["ben@example.com"]


def test_who_is_made_a_member_of_two_workspaces_at_once_is_one_person(workspace):
    other = world.make_workspace()
    ann = membership.Newcomer("ann@example.com", "Ann", "tulip thyme and tea", Member.Role.MARKETER)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            membership.add(workspace, ann)
            second = beside(pool, lambda: membership.add(other, ann))
            assert not second.done()
        second.result()
    assert User.objects.get(email="ann@example.com").memberships.count() == 2


def test_who_names_a_mailbox_at_the_same_moment_has_the_last_word(workspace):
    sender = world.make_sender(workspace)

    def mailbox(address: str) -> BounceMailbox:
        one = BounceMailbox(workspace=workspace, sender=sender, address=address, protocol="imap")
        one.credentials = {"host": "mail.example.com"}
        return one

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            keeping.keep(mailbox("one@example.com"))
            second = beside(pool, lambda: keeping.keep(mailbox("two@example.com")))
            assert not second.done()
        second.result()
    assert BounceMailbox.objects.get().address == "two@example.com"


def test_who_moves_to_an_address_that_comes_at_that_moment_is_told_that_it_is_too_late(workspace):
    ben = world.make_contact(workspace, email="ben@example.com")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            world.make_contact(workspace, email="new@example.com")
            second = beside(pool, lambda: moving.move(ben, "new@example.com"))
            assert not second.done()
        with pytest.raises(moving.MovingError):
            second.result()
    assert Contact.objects.get(pk=ben.pk).email == "ben@example.com"


def signed_in(member: User) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(member)
    return browser

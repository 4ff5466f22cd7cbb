"""A list is deleted: at once from every page, and step by step from the people on it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience import deleting, subscribing, tasks
from campaigns.audience.imports import importing
from campaigns.audience.models import ConsentEntry, Import, List, SignUpForm, Subscription
from campaigns.sending.querysets import launching
from tests import world
from tests.audience import doomed_import
from tests.audience.files import make_import
from tests.sending.stage import wait_until

PEOPLE = 250


@pytest.fixture
def news(workspace):
    """A list with people who are on it, and some who left."""
    made = world.make_list(workspace, name="News")
    for number in range(5):
        world.make_contact(workspace, on=made, email=f"p{number}@example.com")
    Subscription.objects.filter(contact__email="p0@example.com").end()
    return made


def ledger(workspace):
    rows = ConsentEntry.objects.filter(workspace=workspace, purpose="mail")
    return sorted(rows.values_list("contact__email", "state", "evidence__name", "actor__email"))


@pytest.mark.django_db
@pytest.mark.parametrize("step", [2, 5_000])
def test_everybody_who_was_on_it_has_a_line_in_the_ledger(
    workspace, member, news, step, monkeypatch
):
    monkeypatch.setattr(deleting, "STEP", step)
    assert deleting.start(news, member)
    assert not deleting.start(news, member)
    deleting.run(news.pk)
    assert not List.everything.exists() and not Subscription.objects.exists()
    assert workspace.contacts.count() == 5
    assert ledger(workspace) == [
        (f"p{number}@example.com", "withdrawn", "News", member.email) for number in range(1, 5)
    ]


@pytest.mark.django_db
def test_from_the_first_moment_it_is_nowhere_and_nobody_joins_it(alice, workspace, sender, news):
    SignUpForm.objects.create(
        workspace=workspace, list=news, sender=sender, key="key", is_open=True
    )
    campaign = world.make_campaign(workspace, lists=[news])
    waiting = make_import(news, b"email\nnew@example.com\n")
    importing.start(waiting)
    deleting.start(news, world.make_member(workspace))
    assert alice.get(reverse("audience:list", args=[news.pk])).status_code == 404
    assert alice.get(reverse("audience:join", args=["key"])).status_code == 404
    assert not campaign.lists.exists() and launching.audience(campaign).count() == 0
    waiting.refresh_from_db()
    assert waiting.status == Import.Status.CANCELLED
    assert world.make_list(workspace, name="News").pk != news.pk


@pytest.mark.django_db
def test_a_large_one_is_deleted_behind_the_page_which_tells(alice, workspace, news, monkeypatch):
    monkeypatch.setattr(deleting, "AT_ONCE", 2)
    monkeypatch.setattr(deleting, "STEP", 2)
    rung: list[int] = []
    monkeypatch.setattr(tasks.delete_list, "delay", rung.append)
    address = reverse("audience:delete_list", args=[news.pk])
    assert "goes on behind the page" in alice.get(address).text
    page = alice.post(address, follow=True).text
    assert "“News” is being deleted" in page and "0 of 5 people have left it" in page
    assert rung == [news.pk]
    assert deleting._step(news.pk)
    assert "2 of 5 people have left it" in alice.get(reverse("audience:lists")).text
    found: list[int] = []
    assert deleting.resume(found.append) == 1 and found == [news.pk]
    deleting.run(news.pk)
    page = alice.get(reverse("audience:lists")).text
    assert "being deleted" not in page and "hx-trigger" not in page
    assert deleting.resume(found.append) == 0


@pytest.mark.django_db
def test_whoever_is_put_on_it_meanwhile_leaves_it_too(workspace, member, news, monkeypatch):
    first = workspace.contacts.order_by("pk").first()
    Subscription.objects.filter(contact=first).delete()
    deleting.start(news, member)
    monkeypatch.setattr(deleting, "STEP", 2)
    assert deleting._step(news.pk)
    subscribing.subscribe(first, news, subscribing.Basis("consent"))
    deleting.run(news.pk)
    assert not List.everything.exists()
    assert ConsentEntry.objects.filter(contact=first, evidence__deleted=True).count() == 1


@pytest.mark.django_db
def test_other_lists_keep_their_people(workspace, member, news):
    others = [world.make_list(workspace), world.make_list(world.make_workspace())]
    for other in others:
        world.make_contact(other.workspace, on=other)
    deleting.start(news, member)
    deleting.run(news.pk)
    assert [other.subscriptions.count() for other in others] == [1, 1]


def crowd():
    workspace = world.make_workspace()
    made = world.make_list(workspace, name="News")
    for number in range(PEOPLE):
        world.make_contact(workspace, on=made, email=f"p{number}@example.com")
    return made, world.make_member(workspace, email=f"m{workspace.pk}@example.org")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "call", "moment"),
    [
        ("statements.row", 2, "after"),
        ("deleting._step", 2, "after"),
        ("deleting._end", 1, "before"),
        ("deleting._end", 1, "after"),
    ],
)
def test_killed_and_resumed_everybody_has_exactly_one_line(place, call, moment):
    news, member = crowd()
    assert deleting.start(news, member)
    doomed_import.run("deleting.run", news.pk, place, call, moment)
    assert List.everything.filter(pk=news.pk).exists()

    def is_over() -> bool:
        # The database may still be at what the killed worker asked of it.
        deleting.resume(deleting.run)
        return not List.everything.filter(pk=news.pk).exists()

    wait_until(is_over)
    assert ledger(news.workspace) == sorted(
        (f"p{number}@example.com", "withdrawn", "News", member.email) for number in range(PEOPLE)
    )
    assert not Subscription.objects.exists()

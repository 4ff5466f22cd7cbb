"""The bits of who is on which list say what the subscriptions say, whoever writes those and how."""

from __future__ import annotations

import contextlib
import threading
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import list_bits_querysets as list_bits
from campaigns.audience import referring, tasks
from campaigns.audience.models import Contact, List, ListBits, ListChange, Subscription
from campaigns.audience.segments import compiling, crowds
from tests import world
from tests.audience.files import import_file

BLOCK = 4096
STATUSES = ("subscribed", "unsubscribed")


@pytest.fixture
def people(workspace: Workspace) -> list[Contact]:
    """Twenty people, on both sides of where one block ends, on none of the lists yet."""
    # Other tests' people are far below.
    end = 1_000_000 * BLOCK
    return [world.make_contact(workspace, pk=end + n) for n in range(-10, 10)]


def told(status: str) -> set[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT list_id, block * 4096 + n FROM audience_listbits, generate_series(0, 4095) n"
            f" WHERE get_bit({status}, n) = 1"
        )
        return set(cursor.fetchall())


def kept(status: str) -> set[tuple[int, int]]:
    rows = Subscription.objects.filter(status=status)
    return set(rows.values_list("list_id", "contact_id"))


def found(one: List, how: str) -> set[int]:
    """Ask by bits, which must be of use."""
    asked = {"what": "list", "how": how, "list": one.pk}
    people = compiling.people(one.workspace, compiling.read({"match": "all", "of": [asked]}))
    assert "audience_listbits" in str(people.query)
    return set(people.values_list("pk", flat=True))


def agree(*lists: List) -> bool:
    hows = {"on": "subscribed", "left": "unsubscribed"}
    return all(
        {(one.pk, pk) for pk in found(one, how)}
        == {row for row in kept(status) if row[0] == one.pk}
        for one in lists
        for how, status in hows.items()
    )


def subscribe(one: List, people: list[Contact]) -> None:
    Subscription.objects.bulk_create(
        Subscription(workspace=one.workspace, list=one, contact=contact) for contact in people
    )


@pytest.mark.django_db
def test_who_joins_leaves_and_goes_is_told_at_once_and_after_renewing(workspace, people):
    news, offers = world.make_list(workspace), world.make_list(workspace)
    steps = (
        lambda: subscribe(news, people),
        lambda: subscribe(offers, people[5:]),
        lambda: news.subscriptions.filter(contact__in=people[8:12]).end(),
        lambda: news.subscriptions.filter(contact=people[9]).resume(),
        lambda: news.subscriptions.filter(contact__in=people[:3]).delete(),
        lambda: news.subscriptions.filter(contact=people[4]).update(contact=people[0]),
        lambda: offers.subscriptions.filter(contact=people[7]).update(list=news, contact=people[1]),
    )
    for step in steps:
        step()
        assert ListChange.objects.exists()
        assert agree(news, offers)
        assert list_bits.renew()
        assert not ListChange.objects.exists()
        assert all(told(status) == kept(status) for status in STATUSES)
        assert agree(news, offers)
    assert all(told(status) for status in STATUSES)


@pytest.mark.django_db
def test_of_a_list_that_is_gone_no_bits_are_left(workspace, people):
    news = world.make_list(workspace)
    subscribe(news, people)
    list_bits.renew()
    assert ListBits.objects.filter(list_id=news.pk).count() == 2
    news.delete()
    tasks.renew_list_bits()
    assert not ListBits.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("allowed", [True, False])
def test_whom_an_import_puts_on_a_list_is_told_too(workspace, monkeypatch, allowed):
    news = world.make_list(workspace)
    subscribe(news, [world.make_contact(workspace, email="known@example.com")])
    list_bits.renew()
    if not allowed:
        monkeypatch.setattr(referring, "_ALLOWED", "SELECT false")
    file = "".join(f"p{n}@example.com\n" for n in range(20))
    import_file(news, f"email\n{file}known@example.com\n".encode())
    assert len(found(news, "on")) == 21
    list_bits.renew()
    assert len(found(news, "on")) == 21
    assert all(told(status) == kept(status) for status in STATUSES)


@pytest.mark.django_db
def test_who_joins_at_once_leaves_a_note_for_each_block(workspace, people):
    news = world.make_list(workspace)
    subscribe(news, people)
    assert ListChange.objects.count() == 2
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        list_bits.renew()
        subscribe(world.make_list(workspace), people)
        raise ZeroDivisionError
    assert ListChange.objects.count() == 2
    offers = world.make_list(workspace)
    subscribe(offers, people)
    assert agree(news, offers)


@pytest.mark.django_db
def test_where_much_has_changed_subscriptions_are_asked(workspace, monkeypatch):
    monkeypatch.setattr(crowds, "MOST_NOTED", 1)
    news = world.make_list(workspace)
    far = [world.make_contact(workspace, pk=1_000_000 * BLOCK + n * BLOCK) for n in range(3)]
    subscribe(news, far)
    assert crowds.standing((news.pk,), "subscribed") is None
    asked = {"what": "list", "how": "on", "list": news.pk}
    question = compiling.read({"match": "all", "of": [asked]})
    assert compiling.people(workspace, question).count() == len(far)
    list_bits.renew()
    assert found(news, "on") == {contact.pk for contact in far}


@pytest.mark.django_db
def test_all_can_be_made_anew(workspace, people):
    news = world.make_list(workspace)
    subscribe(news, people)
    list_bits.renew()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audience_listbits SET subscribed = ~subscribed, list_id = list_id + 1"
        )
    call_command("renew_bits")
    assert all(told(status) == kept(status) for status in STATUSES)


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_lose_nothing_and_wait_for_nobody(workspace):
    end = 1_000_000 * BLOCK
    everybody = [world.make_contact(workspace, pk=end + n) for n in range(-12, 12)]
    lists = [world.make_list(workspace) for _ in range(3)]
    failures: list[BaseException] = []
    is_over = threading.Event()

    def write(seed: int) -> None:
        random = Random(seed)
        # Each has people of its own: rows are no matter here, blocks are.
        mine = everybody[seed::4]
        try:
            for _turn in range(25):
                with transaction.atomic():
                    for contact in random.sample(mine, 3):
                        step(random, random.choice(lists), contact)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def step(random: Random, one: List, contact: Contact) -> None:
        rows = one.subscriptions.filter(contact=contact)
        match random.choice(["join", "leave", "resume", "go"]):
            case "join":
                Subscription.objects.get_or_create(
                    list=one, contact=contact, defaults={"workspace": workspace}
                )
            case "leave":
                rows.filter(status="subscribed").update(
                    status="unsubscribed", unsubscribed_at=timezone.now()
                )
            case "resume":
                rows.resume()
            case "go":
                rows.delete()

    def renew() -> None:
        try:
            while not is_over.is_set():
                list_bits.renew()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    renewers = [threading.Thread(target=renew) for _ in range(2)]
    for thread in (*writers, *renewers):
        thread.start()
    for thread in writers:
        thread.join()
    is_over.set()
    for thread in renewers:
        thread.join()
    assert failures == []
    assert agree(*lists)
    list_bits.renew()
    assert all(told(status) == kept(status) for status in STATUSES)
    assert told("subscribed")

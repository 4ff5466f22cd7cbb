"""Those who write of the same people at one moment: none waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.audience import addresses, deleting, fields, learning, seeing, suppression
from campaigns.audience.bulk import running
from campaigns.audience.imports import undoing
from campaigns.audience.models import (
    Contact,
    Field,
    Import,
    Subscription,
    Suppression,
    Tag,
    Tagging,
)
from campaigns.privacy.erasing import erase
from tests import world
from tests.audience.bulk.edits import begun
from tests.audience.files import import_file
from tests.turns import beside
from tracking import partitions
from tracking.models import Engagement, Event


@pytest.mark.django_db(transaction=True)
def test_a_file_of_bounced_people_and_who_stops_the_same_ones(workspace):
    readers = world.make_list(workspace)
    names = [f"p{number:02}@example.com" for number in range(40)]
    prints = {name: addresses.fingerprint(workspace.pk, name) for name in names}
    # In the file they stand the other way round than by their fingerprints.
    one, other = next(pair for pair in pairwise(names) if prints[pair[0]] > prints[pair[1]])
    file = f"email\n{one}\n{other}\n".encode()

    def stop(name: str) -> None:
        suppression.suppress(workspace.pk, [prints[name]], Suppression.Reason.HARD_BOUNCE)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            stop(other)
            importing = beside(pool, lambda: import_file(readers, file, everybody="bounced"))
            stop(one)
        assert importing.result().status == "done"
    assert Suppression.objects.filter(reason=Suppression.Reason.HARD_BOUNCE).count() == 2


def seen(workspace, _member, people):
    workspace.contacts.update(measuring="granted")
    for contact in people:
        reading(contact)
    return seeing.note


def learned(workspace, _member, people):
    workspace.contacts.update(measuring="granted")
    partitions.ensure([partitions.month_of(timezone.now())])
    Event.objects.bulk_create(
        Event(
            workspace_id=workspace.pk,
            campaign_id=1,
            contact_id=contact.pk,
            mode="individual",
            kind="click",
            at=timezone.now(),
            verdict="human",
            rules=1,
            time_zone="Europe/Amsterdam",
        )
        for contact in people
    )
    return learning.learn


def overwritten(workspace, _member, people):
    file = file_of(people)
    readers = workspace.lists.get()
    return lambda: import_file(readers, file, known=Import.Known.OVERWRITE)


def left_by_file(workspace, _member, people):
    file = file_of(people)
    readers = workspace.lists.get()
    return lambda: import_file(readers, file, everybody="unsubscribed")


def restored_from_file(workspace, _member, people):
    return undoing_of(import_file(workspace.lists.get(), file_of(people), known="overwrite"))


def taken_back_from_file(workspace, _member, people):
    return undoing_of(import_file(world.make_list(workspace), file_of(people)))


def tagged_by_file_and_taken_back(workspace, _member, people):
    return undoing_of(import_file(workspace.lists.get(), file_of(people), tags=["Poets"]))


def field_restored(workspace, member, people):
    return edit_undone(begun(workspace, member, "set_field", field="country", value="NL"))


def untagged(workspace, member, people):
    tag = Tag.objects.create(workspace=workspace, name="Poets")
    begun(workspace, member, "add_tags", tags=[tag.pk])
    return lambda: begun(workspace, member, "remove_tags", tags=[tag.pk])


def unsubscribed(workspace, member, people):
    readers = workspace.lists.get()
    return lambda: begun(workspace, member, "unsubscribe", list=readers.pk)


def resubscribed(workspace, member, people):
    readers = workspace.lists.get()
    return edit_undone(begun(workspace, member, "unsubscribe", list=readers.pk))


def measured_no_more(workspace, member, people):
    workspace.contacts.update(measuring="granted")
    return lambda: begun(workspace, member, "stop_measuring")


def list_deleted(workspace, member, people):
    readers = workspace.lists.get()
    assert deleting.start(readers, member)
    return lambda: deleting.run(readers.pk)


def field_stripped(workspace, _member, people):
    field = Field.objects.create(workspace=workspace, key="city", label="City")
    workspace.contacts.update(fields={"city": "Delft"})
    assert fields.leave(field)
    return lambda: fields.strip(field)


def erased(_workspace, _member, people):
    return lambda: erase([contact.pk for contact in people])


def reading(contact):
    now = timezone.now()
    Engagement.objects.create(
        workspace_id=contact.workspace_id,
        campaign_id=1,
        delivery_id=contact.pk,
        contact_id=contact.pk,
        last_at=now,
        latest_at=now,
    )


def file_of(people):
    lines = [f"{contact.email},Maria,Delft" for contact in people]
    return "\n".join(["email,first name,city", *lines]).encode()


def undoing_of(one):
    assert undoing.start(one)
    return lambda: undoing.run(one.pk)


def in_the_order_of_the_table(work):
    """As the planner has it where many people are meant: no index is of use then."""
    with connection.cursor() as cursor:
        for way in ("indexscan", "indexonlyscan", "bitmapscan", "nestloop"):
            cursor.execute(f"SET enable_{way} = off")
    return work()


def edit_undone(edit):
    assert running.start_undo(edit)
    return lambda: running.run(edit.pk)


WRITERS = [
    *(seen, learned, overwritten, left_by_file, restored_from_file, taken_back_from_file),
    *(tagged_by_file_and_taken_back, field_restored, untagged, unsubscribed, resubscribed),
    *(measured_no_more, list_deleted, field_stripped, erased),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepare", WRITERS, ids=lambda prepare: prepare.__name__)
def test_whoever_waits_for_the_first_of_many_people_holds_none_of_the_others(
    workspace, member, prepare
):
    """So two who write of the same people never wait for each other in a circle."""
    readers = world.make_list(workspace)
    people = [world.make_contact(workspace, on=readers) for _ in range(5)]
    # By their numbers they stand the other way round than in the table.
    people.reverse()
    work = prepare(workspace, member, people)
    for contact in people:
        Contact.objects.filter(pk=contact.pk).update(last_name="")
        Subscription.objects.filter(contact=contact).update(basis_note="")
    *others, first = people
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=first.pk)
            begun = beside(pool, lambda: in_the_order_of_the_table(work))
            assert not begun.done(), begun.exception() or "it waited for nobody"
            free = Contact.objects.select_for_update(skip_locked=True)
            assert set(free.filter(pk__in=[contact.pk for contact in others])) == set(others)
            for model in (Subscription, Tagging):
                mine = model.objects.filter(contact__in=others)
                assert set(mine.select_for_update(skip_locked=True)) == set(mine)
        begun.result()

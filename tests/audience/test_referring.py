"""Keys of an import's new rows are checked together, and nothing else goes unchecked."""

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.audience import referring
from campaigns.audience.models import Subscription
from tests import world
from tests.audience.files import import_file

NOBODY = 2**40


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace)


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('session_replication_role')")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_what_follows_is_checked_row_by_row(workspace, readers):
    with pytest.raises(IntegrityError), transaction.atomic():
        with referring.all_at_once(workspace.pk, readers.pk):
            pass
        Subscription.objects.create(workspace=workspace, list=readers, contact_id=NOBODY)


@pytest.mark.django_db(transaction=True)
def test_a_failure_inside_leaves_the_connection_as_it_was(workspace, readers):
    with (
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
        referring.all_at_once(workspace.pk, readers.pk),
    ):
        raise ZeroDivisionError
    assert role() == "origin"


def test_a_list_that_is_gone_is_refused(workspace):
    with pytest.raises(IntegrityError), transaction.atomic():
        with referring.all_at_once(workspace.pk, NOBODY):
            pass
        # Without the permission, the database says so at the latest when it is asked.
        Subscription.objects.create(
            workspace=workspace, list_id=NOBODY, contact=world.make_contact(workspace)
        )
        connection.check_constraints()


def test_without_the_permission_it_works_as_well(workspace, readers, monkeypatch):
    monkeypatch.setattr(referring, "_ALLOWED", "SELECT false")
    one = import_file(readers, b"email\na@example.com\nb@example.com\n")
    assert (one.status, one.contacts_created, one.subscriptions_created) == ("done", 2, 2)

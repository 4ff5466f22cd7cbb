"""The names that deliveries bear in their mails: found at once, and not to be guessed."""

import uuid

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from campaigns.sending import launch, naming
from campaigns.sending.models import Delivery
from tests.sending import stage

pytestmark = pytest.mark.django_db


@given(st.uuids(version=4))
def test_a_random_name_tells_no_row(name):
    assert naming.row_of(name) is None


@pytest.fixture
def launched(draft):
    stage.make_many(draft.workspace, draft.lists.get(), 30)
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    return list(Delivery.objects.filter(campaign=draft).order_by("pk"))


def test_what_a_launch_names_tells_its_row(launched):
    assert {naming.row_of(one.uuid) for one in launched} == {one.pk for one in launched}
    assert {one.uuid.version for one in launched} == {naming.VERSION}
    assert {one.uuid.variant for one in launched} == {uuid.RFC_4122}


def test_the_rest_of_a_name_differs_from_row_to_row(launched):
    assert len({str(one.uuid)[:18] for one in launched}) == 30


def test_who_guesses_the_row_has_not_guessed_the_name(launched):
    guess = uuid.UUID(int=launched[0].uuid.int ^ (1 << 100))
    assert naming.row_of(guess) == launched[0].pk
    assert not Delivery.objects.named([guess]).exists()


def test_old_and_new_names_are_found_together(launched):
    old, new, other = launched[:3]
    Delivery.objects.filter(pk=old.pk).update(uuid=uuid.uuid4())
    old.refresh_from_db()
    found = Delivery.objects.named([old.uuid, new.uuid, uuid.uuid4()])
    assert {one.pk for one in found} == {old.pk, new.pk}
    assert other not in found


def test_no_name_is_looked_for_row_by_row(launched):
    """Both ways have their index, whichever names are asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Delivery.objects.named([launched[0].uuid, uuid.uuid4()]).explain()
    assert "sending_delivery_pkey" in plan
    assert "sending_delivery_random_name" in plan
    assert "Seq Scan" not in plan

"""Whom members may put back on a list: who left by themselves comes back by their own word."""

import pytest

from campaigns.audience import subscribing, unsubscribing
from campaigns.audience.subscribing import Basis, SubscribingError
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(workspace):
    return world.make_list(workspace, name="News")


@pytest.fixture
def jobs(workspace):
    return world.make_list(workspace, name="Jobs")


@pytest.fixture
def ann(workspace, news):
    return world.make_contact(workspace, on=news)


def leave(contact, one, source):
    unsubscribing.unsubscribe_from(contact, [one], source)


@pytest.mark.parametrize("source", ["page", "one_click", "import"])
def test_who_left_by_themselves_needs_a_note(ann, news, source):
    leave(ann, news, source)
    with pytest.raises(SubscribingError):
        subscribing.subscribe(ann, news, Basis("consent"))
    assert subscribing.subscribe(ann, news, Basis("consent", "Asked by phone"))


def test_whom_a_member_took_off_needs_none(ann, news):
    leave(ann, news, "member")
    assert subscribing.subscribe(ann, news, Basis("consent"))


def test_the_last_who_ended_it_counts(ann, news):
    leave(ann, news, "page")
    subscribing.subscribe(ann, news, Basis("consent", "Asked by phone"))
    leave(ann, news, "member")
    assert subscribing.subscribe(ann, news, Basis("consent"))


def test_leaving_one_list_says_nothing_of_another(ann, news, jobs):
    subscribing.subscribe(ann, jobs, Basis("consent"))
    leave(ann, jobs, "member")
    leave(ann, news, "page")
    assert subscribing.subscribe(ann, jobs, Basis("consent"))


def test_a_program_may_put_who_left_one_list_on_another(ann, news, jobs):
    leave(ann, news, "page")
    assert subscribing.join(ann, jobs, Basis("consent"))
    with pytest.raises(SubscribingError):
        subscribing.join(ann, news, Basis("consent", "Asked by phone"))

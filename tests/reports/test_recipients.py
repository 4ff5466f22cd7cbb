"""The table of recipients: filters, search, order, pages."""

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.audience import unsubscribing
from campaigns.reports import recipients
from campaigns.reports.querysets import recipients as questions
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db


def shown(scene, query=""):
    question = recipients.question(scene.campaign, QueryDict(query))
    return [one.row.address for one in recipients.page(question, QueryDict(query).get("page"))]


def addresses(scene, *people):
    return {scene.people[person].email for person in people}


@pytest.mark.parametrize(
    ("show", "people"),
    [
        ("opened", {0, 1, 2, 3, 4, 5, 9}),
        ("perhaps", {6, 7, 8}),
        ("clicked", {0, 1, 9}),
        ("not_opened", set(range(10, 20))),
        ("not_measured", set(range(20, 35))),
        ("sent", set(range(35))),
        ("failed", set()),
        ("waiting", set()),
    ],
)
def test_a_filter_shows_exactly_those_it_names(autumn, show, people):
    assert set(shown(autumn, f"show={show}")) == addresses(autumn, *people)


def test_nobody_who_may_not_be_measured_is_said_not_to_have_opened(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients/?show=not_opened")
    assert "unknown" not in page.text.split("<tbody>")[1]
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients/?q=refused")
    assert "Nothing is recorded about this person" in page.text
    assert "Not opened" not in page.text.split("<tbody>")[1]


def test_losses_are_found_by_what_became_of_them(autumn):
    def became(person, state="sent", **facts):
        stage.become(Delivery.objects.filter(pk=autumn.delivery(person).pk), state, **facts)

    became(11, hard_bounced_at=timezone.now())
    became(12, state="failed", code=550, reason="No such user")
    became(13, state="unknown")
    became(14, state="suppressed")
    became(15, complained_at=timezone.now())
    row = autumn.delivery(16)
    unsubscribing.unsubscribe(row.contact_id, row.campaign_id, row.pk, "one_click")
    expected = {
        "bounced": {11},
        "failed": {12, 13},
        "not_sent": {14},
        "complained": {15},
        "unsubscribed": {16},
        "not_opened": {10, 15, 16, 17, 18, 19},
    }
    for show, people in expected.items():
        assert set(shown(autumn, f"show={show}")) == addresses(autumn, *people), show


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("granted7@", {7}),
        ("GRANTED7@", {7}),
        ("number 7", {7, 17, 27}),
        ("refused number 33", {33}),
        ("unknown25@example.com", {25}),
        ("%", set()),
        ("_", set()),
        ("' OR 1=1 --", set()),
        ("\\", set()),
    ],
)
def test_search_finds_words_in_addresses_and_names(autumn, text, found):
    query = QueryDict(mutable=True)
    query["q"] = text
    assert set(shown(autumn, query.urlencode())) == addresses(autumn, *found)


@pytest.mark.parametrize("sort", [*questions.SORTED, *(f"-{name}" for name in questions.SORTED)])
def test_every_order_shows_everybody_once(autumn, sort):
    rows = shown(autumn, f"sort={sort}")
    assert sorted(rows) == sorted(contact.email for contact in autumn.people)


def test_the_last_active_come_first_and_those_unheard_of_last(autumn):
    rows = shown(autumn)
    assert rows[0] == autumn.people[0].email
    assert rows[1] == autumn.people[1].email
    # Only what people did for sure is activity: Apple's own loads and scanners are none.
    active = addresses(autumn, 0, 1, 2, 3, 4, 5, 9)
    assert set(rows[:7]) == active


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(
    query=st.dictionaries(
        st.sampled_from(["show", "q", "sort", "page"]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    )
)
def test_no_query_string_breaks_the_table(autumn, query):
    data = QueryDict(mutable=True)
    data.update(query)
    question = recipients.question(autumn.campaign, data)
    assert len(list(recipients.page(question, data.get("page")))) <= 35


def test_pages_hold_fifty(make_scene):
    scene = make_scene(granted=60)
    first, second = shown(scene, "page=1"), shown(scene, "page=2")
    assert shown(scene, "page=9") == second
    assert (len(first), len(second)) == (50, 10)
    assert not set(first) & set(second)


def test_the_table_takes_the_same_queries_for_every_size(autumn, alice, django_assert_num_queries):
    # Session, member, workspace; campaign with lists; the rows with their number.
    with django_assert_num_queries(7):
        alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients/")


def test_an_erased_contact_is_a_row_without_a_person(autumn, alice):
    Delivery.objects.filter(pk=autumn.delivery(0).pk).update(contact=None)
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients/")
    assert "Erased contact" in page.text


def test_recipients_of_another_campaign_stay_there(autumn, workspace):
    other = world.make_campaign(workspace)
    assert questions.window(recipients.question(other, QueryDict()), start=0, length=9).total == 0

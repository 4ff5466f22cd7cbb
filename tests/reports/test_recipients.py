"""The table of recipients: filters, search, order, pages."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.accounts import keyset
from campaigns.audience import browsing, unsubscribing
from campaigns.audience.models import Contact
from campaigns.reports import recipients
from campaigns.reports.querysets import recipients as questions
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db


def shown(scene, query=""):
    question = recipients.narrowed(recipients.question(scene.campaign, QueryDict(query)))
    page = recipients.page(question, QueryDict(query).get("at", ""))
    return [one.row.address for one in page.rows]


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
        ("number 7", {7}),
        ("granted1@example.com", {1}),
        ("refused number 33", {33}),
        ("unknown25@example.com", {25}),
        ("%", set()),
        ("_", set()),
        ("' OR 1=1 --", set()),
        ("\\", set()),
    ],
)
@pytest.mark.parametrize("whole", [False, True], ids=["page", "file"])
def test_search_finds_words_in_addresses_and_names(autumn, text, found, whole):
    query = QueryDict(mutable=True)
    query["q"] = text
    question = recipients.question(autumn.campaign, query)
    rows = recipients.page(question if whole else recipients.narrowed(question), "").rows
    assert {one.row.address for one in rows} == addresses(autumn, *found)


def test_search_finds_people_by_an_address_that_they_left(autumn):
    before = addresses(autumn, 7)
    Contact.objects.filter(pk=autumn.people[7].pk).update(email="new@else.where")
    assert set(shown(autumn, "q=GRANTED7@example.com")) == before
    assert set(shown(autumn, "q=else.where")) == before


def test_search_goes_with_a_filter(autumn):
    assert set(shown(autumn, "q=number&show=clicked")) == addresses(autumn, 0, 1, 9)
    assert set(shown(autumn, "q=granted9&show=clicked")) == addresses(autumn, 9)
    assert shown(autumn, "q=granted10&show=clicked") == []


def test_of_very_many_who_match_some_are_shown_and_all_are_in_the_file(alice, autumn, monkeypatch):
    monkeypatch.setattr(browsing, "MOST_FOUND", 9)
    path = f"/campaigns/{autumn.campaign.pk}/report/recipients"
    page = alice.get(f"{path}/?q=number")
    assert "and 1,000 of them are shown" in page.text
    assert page.text.count("@example.com</a>") == 10
    assert "of them are shown" not in alice.get(f"{path}/?q=granted9").text
    lines = alice.get(f"{path}.csv?q=number").getvalue().splitlines()
    assert len(lines) == 1 + len(autumn.people)


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


@settings(max_examples=40)
@given(
    query=st.dictionaries(
        st.sampled_from(["show", "q", "sort", "at", "link"]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    )
)
def test_no_query_string_breaks_the_table(autumn, query):
    data = QueryDict(mutable=True)
    data.update(query)
    question = recipients.question(autumn.campaign, data)
    assert len(recipients.page(question, data.get("at", "")).rows) <= 35


def walk(question, at="", *, forwards=True):
    """Return the addresses of all pages from a key on, page by page, and the last page."""
    found = []
    while True:
        page = recipients.page(question, at)
        found.append([one.row.address for one in page.rows])
        at = page.next if forwards else page.previous
        if not at:
            return found, page


@pytest.mark.parametrize("sort", [*questions.SORTED, *(f"-{name}" for name in questions.SORTED)])
def test_pages_follow_each_other_and_lead_back(autumn, monkeypatch, sort):
    monkeypatch.setattr(recipients, "PER_PAGE", 4)
    question = recipients.question(autumn.campaign, QueryDict(f"sort={sort}"))
    there, last = walk(question)
    assert [len(page) for page in there] == [4] * 8 + [3]
    assert len({address for page in there for address in page}) == 35
    back, _first = walk(question, last.previous, forwards=False)
    assert back == there[-2::-1]


@pytest.mark.parametrize("show", sorted(questions.SHOWN))
@pytest.mark.parametrize("sort", ["-last", "country", "address"])
def test_a_filter_shows_the_same_people_however_they_are_sorted(autumn, monkeypatch, show, sort):
    monkeypatch.setattr(recipients, "PER_PAGE", 2)
    question = recipients.question(autumn.campaign, QueryDict(f"show={show}&sort={sort}"))
    there, _last = walk(question)
    found = [address for page in there for address in page]
    assert len(found) == len(set(found))
    monkeypatch.setattr(recipients, "PER_PAGE", 50)
    assert set(found) == set(shown(autumn, f"show={show}"))


@pytest.mark.parametrize("sort", ["address", "-address", "last", "country"])
def test_no_address_stands_in_the_address_bar(autumn, monkeypatch, sort):
    monkeypatch.setattr(recipients, "PER_PAGE", 4)
    question = recipients.question(autumn.campaign, QueryDict(f"sort={sort}"))
    at, keys = "", []
    while at := recipients.page(question, at).next:
        keys.append(keyset.read(at, question.order.cast))
    assert len(keys) == 8
    assert not any("@" in str(key.place) for key in keys if key)


def test_very_many_are_not_sorted_by_what_only_all_of_them_tell(autumn, monkeypatch):
    asked = QueryDict("sort=state")
    assert recipients.question(autumn.campaign, asked).sort == "state"
    monkeypatch.setattr(keyset, "COUNTED", 30)
    assert recipients.question(autumn.campaign, asked).sort == "address"
    few = QueryDict("sort=state&show=opened")
    assert recipients.question(autumn.campaign, few).sort == "state"


def test_who_comes_meanwhile_shifts_no_page(autumn, monkeypatch):
    monkeypatch.setattr(recipients, "PER_PAGE", 10)
    question = recipients.question(autumn.campaign, QueryDict("sort=-last"))
    first = recipients.page(question, "")
    second = recipients.page(question, first.next)
    autumn.opens(11, after=15000)
    autumn.drain()
    assert recipients.page(question, first.next).rows[0] == second.rows[0]


def test_a_key_that_leads_nowhere_leads_to_the_first_page(autumn):
    question = recipients.question(autumn.campaign, QueryDict())
    first = recipients.page(question, "")
    for at in ("x", "WzEsMl0", keyset.Key("no time", 1), keyset.Key("\0", 2**70), "é" * 10):
        assert recipients.page(question, str(at)) == first


def test_rows_are_counted_as_far_as_anybody_wants_to_know(autumn, monkeypatch):
    question = recipients.question(autumn.campaign, QueryDict())
    assert recipients.page(question, "").is_counted
    monkeypatch.setattr(keyset, "COUNTED", 30)
    page = recipients.page(question, "")
    assert (page.is_counted, page.counted) == (False, 30)


@pytest.mark.parametrize(("counted", "asks"), [(4, False), (5, True)])
def test_very_many_who_did_not_open_are_known_without_counting_them(
    autumn, monkeypatch, counted, asks
):
    monkeypatch.setattr(keyset, "COUNTED", counted)
    question = recipients.question(autumn.campaign, QueryDict("show=not_opened"))
    with CaptureQueriesContext(connection) as queries:
        page = recipients.page(question, "")
    assert (page.is_counted, page.counted) == (False, counted)
    assert any("count(*) FROM (" in query["sql"] for query in queries) == asks


@pytest.mark.parametrize(("link", "people"), [(1, {0, 1}), (2, {0, 9}), (7, set())])
def test_who_clicked_a_link_is_those_and_nobody_else(autumn, link, people):
    assert set(shown(autumn, f"link={link}")) == addresses(autumn, *people)


def test_the_table_takes_the_same_queries_for_every_size(autumn, alice, django_assert_num_queries):
    # Session, member, workspace; campaign with lists, links; who did something, who did
    # nothing, the rows of both, and their number.
    with django_assert_num_queries(13):
        alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients/")


def test_an_erased_contact_is_a_row_without_a_person(autumn, alice):
    Delivery.objects.filter(pk=autumn.delivery(0).pk).update(contact=None)
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients/")
    assert "Erased contact" in page.text


def test_recipients_of_another_campaign_stay_there(autumn, workspace):
    other = world.make_campaign(workspace)
    assert recipients.page(recipients.question(other, QueryDict()), "").rows == []


def test_recipients_who_are_ticked_are_changed_together(autumn, alice, workspace):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients/")
    ticked = [row.row.contact_id for row in page.context["page"].rows][:2]
    assert all(f'name="person" value="{pk}"' in page.text for pk in ticked)
    answer = alice.post(reverse("audience:choose_people"), {"person": ticked})
    edit = workspace.bulk_edits.get()
    assert answer.url == reverse("audience:bulk_edit", args=[edit.pk]) and edit.people == 2

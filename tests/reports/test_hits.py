"""The table of hits: what each was taken for, why, and nothing of who is only counted."""

import pytest
from django.http import QueryDict

from campaigns.reports import hits, reasons
from tests import world
from tracking import classify

pytestmark = pytest.mark.django_db


def shown(scene, query=""):
    return hits.page(hits.question(scene.campaign, QueryDict(query)), "").rows


def test_each_hit_says_why_it_counts_as_what(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/hits/").text
    assert "Gmail fetched the image as somebody opened the mail" in page
    assert "Apple Mail loads all images by itself, read or not" in page
    assert "Says that it is Barracuda" in page


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 17),
        ("kind=click", 6),
        ("verdict=uncertain", 3),
        ("verdict=scanner&kind=open", 1),
        ("link=2", 3),
        ("q=granted0@", 4),
        ("q=nobody", 0),
        ("kind=x&verdict=y&link=z", 17),
    ],
)
def test_a_filter_shows_exactly_what_it_names(autumn, query, number):
    assert len(shown(autumn, query)) == number


def test_nothing_is_told_one_by_one_of_who_is_only_counted(autumn, alice):
    assert not any(row.address and row.address.startswith("unknown") for row in shown(autumn))
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/hits/").text
    assert "unknown" not in page.split("<tbody>")[1].split("</tbody>")[0]


def test_pages_follow_each_other_in_both_orders(autumn, monkeypatch):
    monkeypatch.setattr(hits, "PER_PAGE", 5)
    for query in ("", "sort=at"):
        question = hits.question(autumn.campaign, QueryDict(query))
        seen: list[int] = []
        page = hits.page(question, "")
        while True:
            seen += [row.id for row in page.rows]
            if not page.next:
                break
            page = hits.page(question, page.next)
        assert len(seen) == len(set(seen)) == 17
        back = hits.page(question, page.previous)
        assert [row.id for row in back.rows] == seen[10:15]


def test_the_table_takes_the_same_queries_for_every_size(autumn, alice, django_assert_num_queries):
    # Session, member, workspace; campaign with lists, links; the rows, and their number.
    with django_assert_num_queries(10):
        alice.get(f"/campaigns/{autumn.campaign.pk}/report/hits/")


def test_hits_of_another_campaign_stay_there(autumn, workspace):
    other = world.make_campaign(workspace)
    assert hits.page(hits.question(other, QueryDict()), "").rows == []


def test_there_are_words_for_every_reason_of_the_classes_there_are(autumn):
    assert {row.reason for row in shown(autumn)} <= set(reasons.WORDS)
    assert {verdict.value for verdict in classify.Verdict} <= set(hits.VERDICTS)
    assert reasons.words("something_new") == "Something new"

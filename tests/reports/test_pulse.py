"""An open report learns of a hit within a second, and asks next to nothing for it."""

import pytest

pytestmark = pytest.mark.django_db


def ask(browser, scene, seen: object):
    return browser.get(f"/campaigns/{scene.campaign.pk}/report/pulse/?seen={seen}")


def test_what_was_seen_is_no_news(autumn, alice):
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/").text
    assert f"/campaigns/{autumn.campaign.pk}/report/pulse/?seen=22" in page
    answer = ask(alice, autumn, 22)
    assert answer.status_code == 204
    assert "HX-Trigger" not in answer


@pytest.mark.parametrize("kind", ["opens", "clicks"])
def test_every_hit_is_news(autumn, alice, kind):
    getattr(autumn, kind)(20)  # Of somebody who is only counted.
    autumn.drain()
    answer = ask(alice, autumn, 22)
    assert (answer.status_code, answer["HX-Trigger"]) == (204, "hits")
    assert "no-store" in answer["Cache-Control"]


def test_nothing_is_counted_for_it(make_scene, alice, django_assert_num_queries):
    autumn = make_scene(granted=12)
    autumn.opens(0)
    autumn.drain()
    ask(alice, autumn, 1)
    with django_assert_num_queries(5) as asked:
        ask(alice, autumn, 1)
    own = [query["sql"] for query in asked.captured_queries[-2:]]
    assert "composing_campaign" in own[0] and "tracking_campaigncount" in own[1]
    everything = " ".join(query["sql"] for query in asked.captured_queries)
    assert "tracking_event" not in everything and "sending_delivery" not in everything


def test_strangers_learn_nothing(autumn, stranger):
    assert ask(stranger, autumn, 0).status_code == 404


def test_nonsense_is_news(autumn, alice):
    assert ask(alice, autumn, "x")["HX-Trigger"] == "hits"

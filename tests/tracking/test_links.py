"""Links are numbered once, for ever."""

import threading

import pytest
from django.db import connection

from tracking import links
from tracking.copying import Copier
from tracking.models import Link, TrackedCampaign
from tracking.snapshots import Snapshot

A, B, C = (f"https://example.com/{name}" for name in "abc")


@pytest.mark.django_db
def test_links_are_numbered_from_one_in_their_order():
    assert links.register(7, 1, [B, A, B]) == {B: 1, A: 2}


@pytest.mark.django_db
def test_registering_again_changes_nothing():
    first = links.register(7, 1, [A, B])
    assert links.register(7, 1, [B, A]) == first
    assert Link.objects.count() == 2


@pytest.mark.django_db
def test_numbers_are_never_given_twice():
    links.register(7, 1, [A, B])
    # An edited campaign has lost A, and won C: who has the old mail still gets to A.
    assert links.register(7, 1, [C, B])[C] == 3
    assert Link.objects.get(campaign_id=7, number=1).url == A


@pytest.mark.django_db
def test_campaigns_have_numbers_of_their_own():
    links.register(7, 1, [A])
    assert links.register(8, 2, [B]) == {B: 1}
    stored = Link.objects.values_list("campaign_id", "number", "url")
    assert set(stored) == {(7, 1, A), (8, 1, B)}


@pytest.mark.django_db
def test_a_campaign_without_links_is_known_too():
    assert links.register(7, 3, []) == {}
    assert TrackedCampaign.objects.get(campaign_id=7).workspace_id == 3


@pytest.mark.django_db(transaction=True)
def test_two_who_register_at_once_agree():
    found: list[dict[str, int]] = []
    start = threading.Barrier(4)

    def register(urls: list[str]) -> None:
        start.wait()
        found.append(links.register(7, 1, urls))
        connection.close()

    threads = [threading.Thread(target=register, args=[urls]) for urls in ([A, B], [B, A], [C, A])]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    numbers = dict(Link.objects.values_list("url", "number"))
    assert sorted(numbers.values()) == [1, 2, 3]
    assert all(answer[url] == numbers[url] for answer in found for url in answer)


@pytest.mark.django_db
def test_all_links_are_copied_beside_the_spool(tmp_path):
    links.register(7, 1, [A, B])
    copier = Copier(tmp_path)
    assert copier.copy() == 2
    links.register(8, 1, [C])
    assert copier.copy() == 1
    assert copier.copy() == 0
    assert Snapshot(tmp_path).links_of(7) == {1: A, 2: B}
    assert Snapshot(tmp_path).links_of(8) == {1: C}

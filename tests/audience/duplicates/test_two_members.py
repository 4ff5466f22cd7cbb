"""Two members merge the same two contacts at one moment, each the other way round."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from campaigns.audience.duplicates import uniting
from campaigns.audience.models import Contact, Merger
from tests.audience.duplicates.pairs import two


@pytest.mark.django_db(transaction=True)
def test_one_of_them_does_it_and_the_other_is_told(workspace, member):
    kept, gone = two(workspace)
    both = Barrier(2)

    def unite(pair):
        try:
            both.wait(timeout=60)
            uniting.unite(pair[0], pair[1], {}, member)
        except uniting.UnitingError:
            return False
        finally:
            connection.close()
        return True

    pairs = [
        [Contact.objects.get(pk=one.pk) for one in way] for way in ((kept, gone), (gone, kept))
    ]
    with ThreadPoolExecutor(2) as members:
        assert sorted(members.map(unite, pairs)) == [False, True]
    left = Contact.objects.get()
    assert Merger.objects.get().contact == left

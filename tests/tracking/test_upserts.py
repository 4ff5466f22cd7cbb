"""Many rows in one statement: what programs say of themselves is counted as they said it."""

import pytest
from django.db import DataError, connection, transaction

from tracking import upserts
from tracking.models import FacetCount, PeopleCount

KEYS = ("campaign_id", "facet", "value", "mode")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        ["Firefox", "", "iOS mail or app", "NULL", "a,b", "{c}"],
        ['say "no"', "plain"],
        ["back\\slash", '\\"', "plain"],
    ],
)
def test_any_word_is_counted_as_it_is(values):
    rows: dict[tuple[object, ...], tuple[int, ...]] = {
        (1, "client", value, "individual"): (place, 0, 0) for place, value in enumerate(values, 1)
    }
    for times in (1, 2):
        upserts.add(FacetCount, KEYS, ("opens", "clicks", "people"), rows)
        kept = dict(FacetCount.objects.values_list("value", "opens"))
        assert kept == {value: place * times for place, value in enumerate(values, 1)}


@pytest.mark.django_db
@pytest.mark.parametrize("asks_on", [True, False])
def test_what_the_database_refuses_is_raised_as_what_it_is(asks_on):
    """A drainer looks for the hit that was refused, and waits for a database that is gone."""
    with pytest.raises(DataError), transaction.atomic(), upserts.without_waiting():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        upserts.add(PeopleCount, ("campaign_id",), ("openers_sure",), {(1,): [1]})
        if asks_on:
            upserts.new_clickers([(1, 1, 1)])
    assert not PeopleCount.objects.exists()

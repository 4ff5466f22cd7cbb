"""Many rows in one statement: what programs say of themselves is counted as they said it."""

import pytest

from tracking import upserts
from tracking.models import FacetCount

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

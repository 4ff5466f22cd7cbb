"""Which tests `make test-services` runs."""

import pytest

from tests.services.choosing import meets_a_server


def test_what_asks_for_nothing_meets_no_server(request: pytest.FixtureRequest):
    assert not meets_a_server(request.node)


def test_what_asks_for_rows_meets_one(request: pytest.FixtureRequest, workspace):
    assert meets_a_server(request.node)


@pytest.mark.django_db
def test_what_is_marked_meets_one(request: pytest.FixtureRequest):
    assert meets_a_server(request.node)

"""Choose the tests that meet a server: what asks none says the same beside any.

A plugin of pytest, for `make test-services`.
"""

import pytest

SERVERS = {"services", "django_db"}
DATABASE = {"db", "transactional_db", "django_db_setup"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if not meets_a_server(item)])
    items[:] = [item for item in items if meets_a_server(item)]


def meets_a_server(item: pytest.Item) -> bool:
    """Say whether a test asks for the database, be it through others, or for a broker."""
    asked = {mark.name for mark in item.iter_markers()} & SERVERS
    return bool(asked or DATABASE & set(getattr(item, "fixturenames", ())))

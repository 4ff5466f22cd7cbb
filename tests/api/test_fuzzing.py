"""Requests made up from our own description: none breaks the server, no answer the description."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from campaigns.accounts.api_keys import making
from campaigns.accounts.models import Member
from campaigns.audience.models import Segment
from tests import world
from tests.api import programs

pytestmark = pytest.mark.django_db

# So many requests of each operation: the whole takes seconds.
EXAMPLES = 15
# Answers fit the description, and none is a server's error. Whether nonsense is let in, and who is,
# other tests ask.
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
QUESTION = {"match": "all", "of": [{"what": "list", "how": "on_any"}]}
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]


@pytest.fixture(autouse=True)
def _one_transaction() -> Iterator[None]:
    """Keep the test's connection, which a request that ends would close."""
    both = (signals.request_started, signals.request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    yield
    for signal in both:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_nothing_that_is_sent_breaks_it(operation, workspace, member, settings):
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    _key, text = making.make(Member.objects.get(user=member), "Fuzzer", programs.EVERY_SCOPE)
    known = _things(workspace)
    statuses: Counter[int] = Counter()

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case):
        # Else nearly all would be about what is not there.
        of = known[operation.path.split("/")[3]]
        case.path_parameters = {name: of.get(name) for name in case.path_parameters or {}}
        headers = {"Authorization": f"Bearer {text}"}
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS, headers=headers)

    ask()
    assert not set(statuses) & {401, 403, 405, 429}, statuses


def _things(workspace) -> dict[str, dict[str, int]]:
    news = world.make_list(workspace)
    ann = world.make_contact(workspace, on=news, email="ann@example.com")
    segment = Segment.objects.create(workspace=workspace, name="Any", question=QUESTION)
    campaign = world.make_campaign(workspace, lists=[news])
    one = workspace.imports.create(list=news, filename="people.csv", status="done")
    one.remarks.create(workspace=workspace, line=2, reason="No address", cells=["x"])
    workspace.contact_fields.create(key="age", label="Age", kind="number")
    return {
        "lists": {"pk": news.pk},
        "contacts": {"pk": ann.pk, "list_pk": news.pk},
        "imports": {"pk": one.pk},
        "segments": {"pk": segment.pk},
        "campaigns": {"pk": campaign.pk},
        **{name: {} for name in ("fields", "tags", "suppressions")},
    }

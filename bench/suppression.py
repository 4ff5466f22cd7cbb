"""contacts.suppression: what stopped domains cost a launch.

The people of a list of a million that may be mailed, counted as a launch asks for them: with
a thousand domains stopped, against the same question about addresses alone. Everybody has a
domain below another, so that there is more than one to look up. All is rolled back.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from campaigns.accounts.models import Workspace
from campaigns.audience import suppression, wording
from campaigns.audience.models import Contact, List, Subscription, Suppression

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
DOMAINS = 1000
ROUNDS = 3
# A few seconds for a million people, once a launch, and only where domains are stopped.
TARGET = 4
MAKE = """
INSERT INTO audience_contact (
    workspace_id, email, email_key, fingerprint, first_name, last_name, language, time_zone,
    country, fields, measuring, consent_epoch, created_at, updated_at)
SELECT %(workspace)s, address, address, decode(lpad(to_hex(n), 32, '0'), 'hex'), '', '', '', '',
       '', '{}', 'unknown', 0, now(), now()
  FROM (SELECT n, 'p' || n || '@mail.d' || n %% 50000 || '.example' AS address
          FROM generate_series(1, %(people)s) AS n) AS made
"""
SUBSCRIBE = """
INSERT INTO audience_subscription (
    workspace_id, list_id, contact_id, status, basis, basis_note, subscribed_at)
SELECT workspace_id, %(list)s, id, 'subscribed', 'consent', '', now()
  FROM audience_contact WHERE workspace_id = %(workspace)s
"""


def run() -> list[dict[str, Any]]:
    """Ask both questions in turn, and return how much longer the one with domains takes."""
    with transaction.atomic():
        found = _measure()
        transaction.set_rollback(True)
    medians = {name: statistics.median(taken) for name, taken in found.items()}
    figure, reference = medians["domains"], medians["addresses"]
    return [
        {
            "name": "contacts.suppression",
            "figure": figure,
            "unit": "s",
            "reference": f"{PEOPLE:,} people asked for by address alone;"
            f" with no domain stopped {medians['none']:.2f} s",
            "reference_figure": reference,
            "ratio": figure / reference,
            "target": TARGET,
            "met": figure / reference <= TARGET,
        }
    ]


def _measure() -> dict[str, list[float]]:
    workspace = Workspace.objects.create(name="Benchmark", postal_address="1 Main Street")
    everybody = List.objects.create(workspace=workspace, name="Everybody")
    values = {"workspace": workspace.pk, "list": everybody.pk, "people": PEOPLE}
    # Searching is measured elsewhere; its words are no part of the question.
    with connection.cursor() as cursor, wording.later():
        cursor.execute(MAKE, values)
        cursor.execute(SUBSCRIBE, values)
        cursor.execute("ANALYZE audience_contact, audience_subscription")
    whole = Contact.objects.mailable(workspace.pk, [everybody.pk])
    found: dict[str, list[float]] = {"none": [], "domains": [], "addresses": []}
    _ask(found["none"], whole, PEOPLE)
    suppression.suppress_domains(workspace.pk, [f"d{n}.example" for n in range(DOMAINS)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audience_suppresseddomain")
    left = PEOPLE - sum(1 for n in range(1, PEOPLE + 1) if n % 50_000 < DOMAINS)
    for _round in range(ROUNDS):
        _ask(found["addresses"], _by_address(workspace.pk, everybody.pk), PEOPLE)
        _ask(found["domains"], whole, left)
    return found


def _by_address(workspace_id: int, list_id: int) -> QuerySet[Contact]:
    on_it = Subscription.objects.filter(
        contact=OuterRef("pk"), list=list_id, workspace=workspace_id, status="subscribed"
    )
    stopped = Suppression.objects.filter(
        workspace=OuterRef("workspace"), fingerprint=OuterRef("fingerprint")
    )
    mine = Contact.objects.filter(Exists(on_it), ~Exists(stopped), workspace=workspace_id)
    return mine.unpaused()


def _ask(into: list[float], people: QuerySet[Contact], expected: int) -> None:
    start = time.perf_counter()
    counted = people.count()
    into.append(time.perf_counter() - start)
    if counted != expected:
        raise AssertionError(f"{counted} people may be mailed, not {expected}")

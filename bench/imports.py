"""Import rows per second: the whole way, from the uploaded file to people on a list.

The reference gets such rows already read, checked and de-duplicated by us, and only has
to store them with `bulk_create(ignore_conflicts=True)`: contacts, then subscriptions. It gets
a few of them, or the benchmark would wait for minutes; that its indexes stay small can only
flatter it. `copying` tells what the two others are. The rounds of all ways alternate on the
same PostgreSQL, and the median counts. The words by which people are found are noted after an
import (`wording`), and are not in its time; `import.words` tells how long they take.
"""

from __future__ import annotations

import itertools
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import connection, transaction

from bench import copying
from campaigns.accounts.models import Workspace
from campaigns.audience.imports import checking, columns, importing, reading
from campaigns.audience.models import Contact, Import, List, Subscription

ROWS = int(os.environ.get("BENCH_MANY", "1000000"))
REFERENCE_ROWS = 10_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
TARGET = 4
SHARE = 0.05
# How many each of the ways is given.
_ROWS = {"bulk_create": REFERENCE_ROWS, "file": ROWS, "import": ROWS, "rows": ROWS}
NAMES = ["E-mail", "First name", "Last name", "Country", "Company", "Plan"]


def run() -> list[dict[str, Any]]:
    """Measure, and return the figures as `python -m bench` prints them."""
    seconds: dict[str, list[float]] = {name: [] for name in _ROWS}
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        path = Path(file.name)
        write(path)
        for _round in range(ROUNDS):
            seconds["bulk_create"].append(_bulk_create(path))
            seconds["file"].append(copying.of_file(path, NAMES))
            taken, again = _import(path)
            seconds["import"].append(taken)
            seconds["rows"].append(again)
    rate = {name: rows / statistics.median(seconds[name]) for name, rows in _ROWS.items()}
    return [
        _row(
            "import.rows",
            rate["import"],
            rate["bulk_create"],
            TARGET,
            "bulk_create(ignore_conflicts=True) of such rows, already parsed",
        ),
        _row(
            "import.copy",
            rate["import"],
            rate["file"],
            SHARE,
            "a raw COPY: the same file into a logged table of text columns, without any index;"
            f" a COPY of the finished rows into their own tables makes {rate['rows']:,.0f} a"
            f" second, of which this is {rate['import'] / rate['rows']:.2f}",
        ),
    ]


def _row(name: str, figure: float, reference: float, target: float, what: str) -> dict[str, Any]:
    return {
        "name": name,
        "figure": figure,
        "unit": "rows/s",
        "reference": what,
        "reference_figure": reference,
        "ratio": figure / reference,
        "target": target,
        "met": figure / reference >= target,
    }


def make(onto: List, path: Path) -> Import:
    """Upload the file of the benchmark, and choose its columns."""
    with path.open("rb") as file:
        one = Import.objects.create(
            workspace=onto.workspace,
            list=onto,
            file=File(file, name="bench.csv"),
            size=path.stat().st_size,
            delimiter=";",
            names=NAMES,
            mapping={str(number): target for number, target in _mapping().items()},
            basis="consent",
        )
    importing.start(one)
    return one


def write(path: Path) -> None:
    """Write a file like people's: 3 % repeated in other case, 1 % broken, a few IDN domains."""
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        file.write(";".join(NAMES) + "\n")
        file.writelines(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    chance = random.Random(1)
    for number in range(ROWS):
        email = f"person{number}@example{number % 500}.com"
        dice = chance.random()
        if dice < 0.03:
            email = f"PERSON{chance.randrange(number + 1)}@Example{number % 500}.com"
        elif dice < 0.04:
            email = f"person{number}.example.com"
        elif dice < 0.045:
            email = f"person{number}@bücher{number % 50}.example"
        yield f"{email};Jörg {number};Müller;Germany;Acme {number % 1000} GmbH;gold"


def _mapping() -> dict[int, str]:
    return columns.guess(NAMES, [["x"] * len(NAMES)])


def _import(path: Path) -> tuple[float, float]:
    """Return the seconds that the import takes, and those that a COPY of its rows takes."""
    onto = new_list()
    one = make(onto, path)
    began = time.perf_counter()
    importing.run(one.pk)
    taken = time.perf_counter() - began
    one.refresh_from_db()
    whole = one.rows_read == ROWS and 0.9 * ROWS < one.contacts_created < ROWS
    if one.status != Import.Status.DONE or not whole:
        raise RuntimeError(f"the import ended as {one.status}: {one.error}")
    again = copying.of_rows(onto)
    clean(onto, expected=one.contacts_created)
    return taken, again


def _bulk_create(path: Path) -> float:
    onto = new_list()
    people = list(itertools.islice(_people(onto, path), REFERENCE_ROWS))
    began = time.perf_counter()
    Contact.objects.bulk_create(
        (
            Contact(
                workspace_id=onto.workspace_id,
                email=person.email,
                email_key=person.email_key,
                fingerprint=person.fingerprint,
                first_name=person.first_name,
                last_name=person.last_name,
                country=person.country,
                fields={"company": "Acme", "plan": "gold"},
            )
            for person in people
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )
    ids = Contact.objects.filter(workspace=onto.workspace_id).values_list("pk", flat=True)
    Subscription.objects.bulk_create(
        (Subscription(workspace_id=onto.workspace_id, list=onto, contact_id=pk) for pk in ids),
        batch_size=1000,
        ignore_conflicts=True,
    )
    taken = time.perf_counter() - began
    clean(onto, expected=len(people))
    return taken


def _people(onto: List, path: Path) -> Iterator[checking.Person]:
    checker = checking.Checker(onto.workspace_id, _mapping(), len(NAMES))
    seen: set[str] = set()
    with path.open("rb") as file:
        for line, cells in reading.rows(file, reading.Shape("utf-8", ";")):
            try:
                person = checker.check(line, cells)
            except checking.RejectedError:
                continue
            if person.email_key not in seen:
                seen.add(person.email_key)
                yield person


def new_list() -> List:
    """Make a list in a workspace of its own."""
    workspace = Workspace.objects.create(name="Benchmark", postal_address="Nowhere 1")
    return List.objects.create(workspace=workspace, name="Benchmark")


def clean(onto: List, *, expected: int) -> None:
    """Check what was stored, and remove it."""
    stored = Subscription.objects.filter(list=onto).count()
    if stored != expected:
        raise RuntimeError(f"{stored} people were stored, {expected} expected")
    workspace = [onto.workspace_id]
    tables = ("importremark", "unworded", "import", "field", "subscription", "list")
    # Lines of the ledger go with their people, in one transaction.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in (*tables, "consententry", "contact"):
            cursor.execute(f"DELETE FROM audience_{table} WHERE workspace_id = %s", workspace)
        cursor.execute("DELETE FROM accounts_workspace WHERE id = %s", workspace)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audience_contact, audience_subscription, audience_wording")

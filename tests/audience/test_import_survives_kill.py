"""A worker killed by `kill -9` anywhere in an import: the end is that of an undisturbed one."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from campaigns.audience import importing
from campaigns.audience.models import Import, List, Subscription
from tests import databases, world
from tests.audience.files import make_import

pytestmark = pytest.mark.django_db(transaction=True)

LINES = ["email,first name,company,tracking"]
LINES += [
    f"person{n % 480}@example.com,Name {n},Acme {n},{'yes' if n % 3 else ''}" for n in range(500)
]
LINES += ["broken,Nobody,,", "left@example.com,Left,,no", "stopped@example.com,S,,yes"]
FILE = "\n".join(LINES).encode()

MOMENTS = [
    ("staging.create", 1, "before"),
    ("staging.copy", 1, "after"),
    ("importing._stage_chunk", 3, "after"),
    ("staging.copy", 4, "before"),
    ("importing._merge", 1, "before"),
    ("statements.run", 5, "after"),
    ("merging._record", 1, "after"),
    ("staging.drop", 2, "after"),
    ("tidying.drop_file", 1, "before"),
]


def make_world() -> List:
    workspace = world.make_workspace()
    readers = world.make_list(workspace)
    left = world.make_contact(workspace, on=readers, email="left@example.com")
    Subscription.objects.filter(contact=left).end()
    return readers


def everything(readers: List) -> dict[str, list[Any]]:
    """What an import leaves behind, but for ids and times."""
    contacts = readers.workspace.contacts.order_by("email_key")
    return {
        "contacts": list(contacts.values_list("email", "first_name", "fields", "measuring")),
        "epochs": list(contacts.values_list("consent_epoch", flat=True)),
        "ledger": list(contacts.values_list("consent_entries__state", "consent_entries__source")),
        "subscriptions": list(
            contacts.values_list("subscriptions__status", "subscriptions__basis")
        ),
        "remarks": list(
            readers.imports.get().remarks.order_by("line").values_list("line", "reason", "cells")
        ),
        "counts": list(
            readers.imports.values_list(
                "status",
                "rows_read",
                "contacts_created",
                "contacts_updated",
                "contacts_unchanged",
                "subscriptions_created",
                "kept_unsubscribed",
                "consents_recorded",
                "duplicates",
                "rejected",
                "partly",
            )
        ),
    }


def run_doomed(one: Import, place: str, call: int, moment: str) -> int:
    """Run the import in a process of its own, and return how that ended."""
    env = os.environ | {
        "DATABASE_URL": databases.url(),
        "CANDID_VAR": str(django_settings.MEDIA_ROOT.parent),
        "SECRET_KEY": django_settings.SECRET_KEY,
    }
    command = [sys.executable, "-m", "tests.audience.doomed_import", str(one.pk), place]
    return subprocess.run(
        [*command, str(call), moment], env=env, cwd=django_settings.BASE_DIR, timeout=60
    ).returncode


@pytest.fixture
def undisturbed():
    readers = make_world()
    one = make_import(readers, FILE)
    importing.start(one)
    importing.run(one.pk)
    return everything(readers)


@pytest.mark.parametrize(("place", "call", "moment"), MOMENTS)
def test_killed_and_resumed_gives_the_same(undisturbed, place, call, moment):
    readers = make_world()
    one = make_import(readers, FILE)
    importing.start(one)

    assert run_doomed(one, place, call, moment) == -signal.SIGKILL

    one.refresh_from_db()
    if one.status != Import.Status.DONE:
        # Nothing of it is seen, and nobody takes it while its worker may be alive.
        assert list(readers.workspace.contacts.values_list("email")) == [("left@example.com",)]
        importing.run(one.pk)
        one.refresh_from_db()
        assert one.status == Import.Status.RUNNING
        Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    rung: list[int] = []
    importing.resume_stale(rung.append)
    for import_id in rung:
        importing.run(import_id)
    assert everything(readers) == undisturbed

"""Fixtures that every room's tests share."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from campaigns.accounts.models import Member, Sender, User, Workspace
from campaigns.audience.bulk import telling
from campaigns.audience.segments import counting
from campaigns.composing.sunset import ending, pages
from config import storages
from tests import databases, environment, world
from tests.api import programs

# How long an example takes says more of the machine than of us; and each finds the fixtures as
# the one before left them.
hypothesis_settings.register_profile(
    "exploring",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# The same examples each time: what fails fails again. `--hypothesis-profile=exploring` has others.
hypothesis_settings.register_profile(
    "steady", hypothesis_settings.get_profile("exploring"), derandomize=True
)
hypothesis_settings.load_profile("steady")

_server = pytest.StashKey[subprocess.Popen[bytes] | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the database of this run, in its first process only."""
    if not hasattr(config, "workerinput"):
        config.stash[_server] = environment.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        environment.stop(config.stash.get(_server, None))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, worker_id: str) -> Iterator[None]:
    """Give each worker a copy of one migrated template, instead of migrating in each."""
    with django_db_blocker.unblock(), databases.of_worker(worker_id):
        yield


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test its own media and spool, plain static files, and a fast hasher.

    And a memory of its database, which processes that it starts share.
    """
    settings.INSTANCE_FILE = str(tmp_path / "instance")
    monkeypatch.setenv("INSTANCE_FILE", settings.INSTANCE_FILE)
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "pictures": storages.storages(settings.MEDIA_ROOT)["pictures"],
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _patient_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages count as long as it takes: it is asked what they show, not how fast."""
    for module, name in (
        *((counting, "LIVE_MS"), (counting, "AT_ONCE_MS"), (telling, "WAIT_MS")),
        *((ending, "WAIT_MS"), (pages, "WAIT_MS")),
    ):
        monkeypatch.setattr(module, name, 60_000)


@pytest.fixture
def workspace(db) -> Workspace:
    return world.make_workspace()


@pytest.fixture
def member(workspace: Workspace) -> User:
    """Alice, who owns the workspace."""
    return world.make_member(workspace, email="alice@example.org", role=Member.Role.OWNER)


@pytest.fixture
def sender(workspace: Workspace) -> Sender:
    """A From identity that mails into the local inbox."""
    return world.make_sender(workspace)


@pytest.fixture
def alice(client: Client, member: User) -> Client:
    """A browser in which Alice is signed in."""
    client.force_login(member)
    return client


@pytest.fixture
def program(workspace: Workspace, member: User) -> Client:
    """A program that may do everything in Alice's workspace, by a key of hers."""
    return programs.of(Member.objects.get(user=member))


@pytest.fixture
def stranger(db) -> Client:
    """A browser in which a member of another workspace is signed in."""
    other = world.make_workspace(name="Elsewhere")
    charlie = world.make_member(other, email="charlie@example.net", role=Member.Role.OWNER)
    browser = Client()
    browser.force_login(charlie)
    return browser

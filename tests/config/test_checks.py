"""Each setting that can be wrong is said by a check of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks
from django.db import connection

BASE = Path(__file__).resolve().parent.parent.parent
SECRET = "x" * 20 + "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ"


def ids(*, deploy: bool = False) -> set[str]:
    found = checks.run_checks(include_deployment_checks=deploy)
    return {name for message in found if (name := str(message.id)).startswith("candid.")}


def test_the_defaults_are_right():
    assert ids() == set()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PUBLIC_URL", "news.example.org", "candid.E001"),
        ("PUBLIC_URL", "https://news.example.org/candid", "candid.E001"),
        ("PUBLIC_URL", "https://news.example.org:port", "candid.E001"),
        ("TRACKING_URL", "ftp://t.example.org", "candid.E002"),
        ("TRACKING_URL", "https://t.example.org?x=1", "candid.E002"),
        ("ALLOWED_HOSTS", ["*"], "candid.E003"),
        ("ALLOWED_HOSTS", ["other.example.org"], "candid.E004"),
        ("SECRET_KEY", "short", "candid.E005"),
        ("TOKEN_KEYS", ["a:short"], "candid.E006"),
        ("TOKEN_KEYS", ["no-colon"], "candid.E006"),
        ("TOKEN_KEYS", [f"a:{SECRET}", f"a:{SECRET}2"], "candid.E007"),
        ("TRUSTED_PROXIES", ["10.0.0.0/33"], "candid.E008"),
        ("TRUSTED_PROXIES", ["0.0.0.0/0"], "candid.E009"),
        ("AGGREGATE_MINIMUM", 9, "candid.E010"),
        ("EVENT_RETENTION_DAYS", 0, "candid.E011"),
        ("MEASURING_MOST", "everything", "candid.E022"),
        ("DNT_POLICY", "yes", "candid.E021"),
        ("GEOIP_PATH", "/no/such/file.mmdb", "candid.E012"),
        ("TIME_ZONE", "Europe/Berlin", "candid.E013"),
        ("CELERY_BROKER_URL", "sqs://", "candid.E014"),
        ("SEND_CLAIM_ROWS", 0, "candid.E015"),
        ("SEND_LEASE_SECONDS", 1, "candid.E015"),
        ("CANARY_SIZE", 0, "candid.E020"),
        ("CANARY_SIZE", 20_000, "candid.E020"),
        ("PORT", 70000, "candid.E016"),
        ("INBOX_PORT", 0, "candid.E016"),
        ("DATABASE_POOL", -1, "candid.E017"),
        ("INSTANCE_ID", "x" * 65, "candid.E023"),
    ],
)
def test_a_wrong_setting_is_said(settings, name, value, expected):
    setattr(settings, name, value)
    assert expected in ids()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", ["127.0.0.1"]),
        ("ALLOWED_HOSTS", [".0.0.1"]),
        ("ALLOWED_HOSTS", [".127.0.0.1"]),
        ("TRUSTED_PROXIES", ["10.0.0.0/8", "2001:db8::1"]),
        ("TOKEN_KEYS", [f"b:{SECRET}", f"a:{SECRET}"]),
        ("CELERY_BROKER_URL", "rediss://:secret@redis.example:6380/0"),
    ],
)
def test_a_right_setting_is_not(settings, name, value):
    setattr(settings, name, value)
    assert ids() == set()


@pytest.mark.django_db
def test_a_database_that_forgets_commits_is_refused():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    found = {message.id for message in checks.run_checks(databases=["default"])}
    assert "candid.E018" in found


@pytest.mark.django_db
def test_the_database_of_the_tests_is_fine():
    found = {str(message.id) for message in checks.run_checks(databases=["default"])}
    assert not {one for one in found if one.startswith("candid.")}


def test_no_two_checks_share_an_id():
    rooms = (BASE / name for name in ("config", "campaigns", "tracking"))
    files = [path for room in rooms for path in room.rglob("*.py")]
    text = "\n".join(path.read_text() for path in files)
    found = re.findall(r'\bid=f?"(candid\.\w+)', text)
    assert len(found) > 20
    assert {name for name in found if found.count(name) > 1} == set()


def test_production_is_told_what_only_it_needs(settings):
    settings.PUBLIC_URL = settings.TRACKING_URL = "http://127.0.0.1:8000"
    settings.DATABASE_IS_EMBEDDED = True
    assert ids(deploy=True) == {"candid.W001", "candid.W002", "candid.W003"}


def test_workers_on_several_machines_are_told_to_have_one_name(settings):
    settings.PUBLIC_URL = settings.TRACKING_URL = "https://news.example.org"
    settings.ALLOWED_HOSTS = ["news.example.org"]
    settings.DATABASE_IS_EMBEDDED = False
    settings.CELERY_BROKER_URL = "amqp://mq.example.org"
    assert ids(deploy=True) == {"candid.W004"}
    settings.INSTANCE_ID = "shop"
    assert ids(deploy=True) == set()


def test_the_production_settings_of_the_manual_are_clean_for_djangos_own_checks(tmp_path):
    manual = (BASE / "docs" / "operate.md").read_text()
    block = manual.partition("<!-- production settings -->\n```ini\n")[2].partition("```")[0]
    lines = [line for line in block.splitlines() if line and not line.startswith("#")]
    assert len(lines) >= 5
    production = dict(line.split("=", 1) for line in lines)
    production["SECRET_KEY"] = SECRET
    environment = {
        **{name: os.environ[name] for name in ("PATH", "CANDID_ENV_FILE") if name in os.environ},
        **production,
        "CANDID_VAR": str(tmp_path),
        "GEOIP_PATH": "",
    }
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout

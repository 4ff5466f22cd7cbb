"""What is read from the environment, and what is said when it cannot be."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

BASE = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "password"),
    [
        ("postgresql://a:p%40ss@db.example:5433/x", "db.example", 5433, "x", "p@ss"),
        ("postgres://a@db.example/x?sslmode=require", "db.example", "", "x", ""),
        ("postgresql://a@/x?host=/tmp/a%20b", "/tmp/a b", "", "x", ""),
        ("postgresql://a@%2Ftmp%2Fa%20b/x", "/tmp/a b", "", "x", ""),
    ],
)
def test_understands_addresses_of_databases(url, host, port, name, password):
    found = env.database(url)
    assert (found["HOST"], found["PORT"], found["NAME"], found["PASSWORD"]) == (
        host,
        port,
        name,
        password,
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "does not name a PostgreSQL server"),
        ("mysql://a:secret@h/x", "does not name a PostgreSQL server"),
        ("postgresql://a:secret@h:port/x", "cannot be read"),
        ("postgresql://a:secret@[::1/x", "cannot be read"),
        ("postgresql://a:secret@h", "does not name a database"),
    ],
)
def test_says_what_is_wrong_with_an_address_and_never_the_password(url, reason):
    with pytest.raises(ImproperlyConfigured, match=reason) as raised:
        env.database(url)
    assert "secret" not in str(raised.value)


def test_a_kept_secret_is_made_once_and_ours_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(env, "VAR_DIR", tmp_path)
    made = env.kept_secret("key")
    assert len(made) >= 50
    assert env.kept_secret("key") == made
    assert (tmp_path / "secrets" / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["key"]


def test_many_that_start_at_once_with_the_same_process_id_agree_on_a_secret(tmp_path, monkeypatch):
    monkeypatch.setattr(env, "VAR_DIR", tmp_path)
    together = threading.Barrier(8)

    def ask(name: str) -> str:
        together.wait(10)
        return env.kept_secret(name)

    with ThreadPoolExecutor(8) as containers:
        for name in map(str, range(50)):
            answers = set(containers.map(ask, [name] * 8))
            assert answers == {(tmp_path / "secrets" / name).read_text()}
    assert len(list((tmp_path / "secrets").iterdir())) == 50


def test_many_processes_that_start_at_once_agree_on_a_secret(tmp_path):
    code = "from config.env import kept_secret; print(kept_secret('key'))"
    environment = {**os.environ, "CANDID_VAR": str(tmp_path)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=BASE, env=environment, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in processes}) == 1

"""What probes are told."""

import pytest
from celery import Celery
from django.db import DatabaseError, connection
from django.urls import reverse

from campaigns.sending import fence
from campaigns.sending.models import Instance
from config import probes


def test_a_living_process_says_so_without_a_database(client):
    answer = client.get(reverse("healthz"))
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_is_ready_when_all_it_stands_on_works(client, settings, tmp_path):
    settings.BROKER_DIR = tmp_path / "broker"
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 200, answer.content
    assert answer.json()["ready"] is True
    assert set(answer.json()["checks"]) == {"database", "migrations", "broker", "spool"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_copy_is_ready_to_be_asked_about_and_says_that_it_does_not_send(
    client, settings, tmp_path
):
    settings.BROKER_DIR = tmp_path / "broker"
    assert client.get(reverse("readyz")).json()["sending"]["ok"] is True
    fence.check(renew=True)
    Instance.objects.update(generation=0)
    fence.check()
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 200
    assert answer.json()["sending"]["ok"] is False
    assert "locked" in answer.json()["sending"]["says"]


@pytest.mark.django_db
def test_is_not_ready_when_the_spool_cannot_be_written(client, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.SPOOL_DIR = tmp_path / "file" / "spool"
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.json()["checks"]["spool"]["ok"] is False


@pytest.mark.parametrize("before", [None, 0o755], ids=["new", "open"])
def test_the_spool_is_closed_to_other_accounts(settings, tmp_path, before):
    settings.SPOOL_DIR = tmp_path / "spool"
    if before:
        settings.SPOOL_DIR.mkdir(mode=before)
    assert probes.spool() == "writable"
    assert settings.SPOOL_DIR.stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_is_not_ready_when_the_broker_does_not_answer(client, settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    lonely = Celery("lonely", broker=settings.CELERY_BROKER_URL, set_as_current=False)
    monkeypatch.setattr(probes, "app", lonely)
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert "CELERY_BROKER_URL" in answer.json()["checks"]["broker"]["says"]


@pytest.mark.django_db(transaction=True)
def test_is_not_ready_when_a_migration_is_missing(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'sending' RETURNING name, applied"
        )
        removed = cursor.fetchall()
        try:
            answer = client.get(reverse("readyz"))
        finally:
            for name, applied in removed:
                cursor.execute(
                    "INSERT INTO django_migrations (app, name, applied) VALUES ('sending', %s, %s)",
                    [name, applied],
                )
    assert answer.status_code == 503
    assert "manage.py migrate" in answer.json()["checks"]["migrations"]["says"]


def test_is_not_ready_without_a_database_and_says_so_quickly(client, settings, monkeypatch):
    def refuse() -> None:
        raise DatabaseError("no")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["ok"] is False


@pytest.mark.parametrize("name", ["healthz", "readyz"])
def test_probes_only_read(client, name):
    assert client.post(reverse(name)).status_code == 405

"""Test databases: migrated once as a template, then copied for each worker in no time."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

# What Django knows of models by itself, and would only write down again.
_KEPT = {"django_content_type", "auth_permission"}
BASE = Path(__file__).resolve().parent.parent


@contextmanager
def of_worker(worker: str) -> Iterator[None]:
    """Give this process a database of its own, and drop it in the end."""
    prefix = connection.settings_dict["TEST"]["NAME"]
    original = connection.settings_dict["NAME"]
    name = f"{prefix}_{worker}"
    with _server() as server:
        template = migrated()
        # One of us makes the template, the others wait for it.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        if not _exists(server, template):
            _make_template(server, prefix, template)
        _drop(server, name)
        server.execute(_sql("CREATE DATABASE {} TEMPLATE {}", name, template))
        server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])
    _use(name)
    try:
        yield
    finally:
        connection.close()
        _use(original)
        with _server() as server:
            _drop(server, name)


def migrated() -> str:
    """Return the name of the template with all tables, which the first worker makes."""
    return f"{connection.settings_dict['TEST']['NAME']}_template_{_fingerprint()}"


def _drop(server: psycopg.Connection, name: str) -> None:
    try:
        server.execute(_sql("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))
    except psycopg.errors.InsufficientPrivilege:
        # Autovacuum is in it, which is not ours to end; without force it is asked to go.
        server.execute(_sql("DROP DATABASE IF EXISTS {}", name))


def _make_template(server: psycopg.Connection, prefix: str, template: str) -> None:
    old = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{prefix}_template_"]
    )
    for (name,) in old.fetchall():
        server.execute(_sql("DROP DATABASE {} WITH (FORCE)", name))
    connection.settings_dict["TEST"]["NAME"] = unfinished = f"{prefix}_template_unfinished"
    original = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.settings_dict["TEST"]["NAME"] = prefix
    _use(original)
    server.execute(_sql("ALTER DATABASE {} RENAME TO {}", unfinished, template))


def url() -> str:
    """Return the address of this worker's database, for processes that a test starts."""
    found = connection.settings_dict
    login = quote(found["USER"], safe="")
    if found["PASSWORD"]:
        login += ":" + quote(found["PASSWORD"], safe="")
    port = f":{found['PORT']}" if found["PORT"] else ""
    return f"postgresql://{login}@{quote(found['HOST'], safe='')}{port}/{found['NAME']}"


def _use(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    connection.close()
    given = {**connection.get_connection_params(), "dbname": "postgres"}
    names = ("host", "port", "user", "password", "dbname", "sslmode")
    server = psycopg.connect(**{key: given[key] for key in names if key in given}, autocommit=True)
    try:
        yield server
    finally:
        server.close()


def _exists(server: psycopg.Connection, name: str) -> bool:
    found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return found.fetchone() is not None


def _sql(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _fingerprint() -> str:
    """Return what changes with the tables: a template of other migrations is of no use."""
    digest = hashlib.sha256((BASE / "requirements.txt").read_bytes())
    for room in ("campaigns", "tracking"):
        for path in sorted((BASE / room).glob("**/migrations/*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def empty() -> None:
    """Empty what has rows. Truncating all tables, as Django does, takes twenty times as long.

    Keys are checked when the transaction ends, so that the order is all one.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    wanted = [name for name in tables if name not in _KEPT]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in wanted
            )
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DELETE FROM "{name}"')

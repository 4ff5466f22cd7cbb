"""System checks for every setting that can be wrong: said at start, in a sentence each."""

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from tracking import declaring

SHORTEST_SECRET = 32
SMALLEST_AGGREGATE = 10
LONGEST_RETENTION_DAYS = 3650
LONGEST_INSTANCE_ID = 64
LEAST_SERVER_VERSION = 150000
_BROKERS = ("filesystem", "amqp", "amqps", "redis", "rediss", "sentinel")

Apps = Sequence[AppConfig] | None


@register(Tags.urls)
def check_addresses(app_configs: Apps, **kwargs: Any) -> Iterator[CheckMessage]:
    """Look at the addresses that go into mails, where a mistake cannot be taken back."""
    for number, name in ((1, "PUBLIC_URL"), (2, "TRACKING_URL")):
        problem = _problem_with_url(getattr(settings, name))
        if problem:
            yield Error(
                f"{name} {problem}", hint="https://news.example.org", id=f"candid.E00{number}"
            )
    host = urlsplit(settings.PUBLIC_URL).hostname
    allowed = [name.lower().strip("[]") for name in settings.ALLOWED_HOSTS]
    if "*" in allowed:
        yield Error(
            "ALLOWED_HOSTS holds “*”: anybody could put their own host into our pages.",
            hint="Name the hosts that you serve.",
            id="candid.E003",
        )
    elif host and not _is_allowed(host, allowed):
        yield Error(
            f"ALLOWED_HOSTS does not hold {host}, the host of PUBLIC_URL.", id="candid.E004"
        )


@register(Tags.security)
def check_secrets(app_configs: Apps, **kwargs: Any) -> Iterator[CheckMessage]:
    """Look at what signs sessions and tokens."""
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Error(
            f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters.",
            hint='python -c "import secrets; print(secrets.token_urlsafe(48))"',
            id="candid.E005",
        )
    kids = [pair.partition(":")[0] for pair in settings.TOKEN_KEYS]
    for pair in settings.TOKEN_KEYS:
        kid, _, secret = pair.partition(":")
        if not kid or len(secret) < SHORTEST_SECRET:
            yield Error(
                f"TOKEN_KEYS: the key “{kid}” is not “id:secret” with a secret of at least "
                f"{SHORTEST_SECRET} characters.",
                id="candid.E006",
            )
    if len(set(kids)) != len(kids):
        yield Error("TOKEN_KEYS holds two keys with the same id.", id="candid.E007")


@register(Tags.security)
def check_proxies(app_configs: Apps, **kwargs: Any) -> Iterator[CheckMessage]:
    """Look at whose X-Forwarded-For is believed."""
    for text in settings.TRUSTED_PROXIES:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            yield Error(
                f"TRUSTED_PROXIES: “{text}” is neither an address nor a network.",
                id="candid.E008",
            )
            continue
        if network.prefixlen == 0:
            yield Error(
                f"TRUSTED_PROXIES: {text} trusts everybody, so anybody can claim any address.",
                id="candid.E009",
            )


@register("candid")
def check_tracking(app_configs: Apps, **kwargs: Any) -> Iterator[CheckMessage]:
    """Look at what is promised to recipients."""
    if settings.AGGREGATE_MINIMUM < SMALLEST_AGGREGATE:
        yield Error(
            f"AGGREGATE_MINIMUM is {settings.AGGREGATE_MINIMUM}; figures about fewer than "
            f"{SMALLEST_AGGREGATE} people are figures about persons.",
            id="candid.E010",
        )
    if not 1 <= settings.EVENT_RETENTION_DAYS <= LONGEST_RETENTION_DAYS:
        yield Error(
            f"EVENT_RETENTION_DAYS is {settings.EVENT_RETENTION_DAYS}; it must lie between 1 and "
            f"{LONGEST_RETENTION_DAYS}.",
            id="candid.E011",
        )
    if settings.MEASURING_MOST not in ("none", "aggregate", "individual"):
        yield Error(
            f"MEASURING_MOST is “{settings.MEASURING_MOST}”; it is one of none, aggregate and "
            "individual.",
            id="candid.E022",
        )
    if settings.DNT_POLICY:
        for obstacle in declaring.obstacles(datetime.now(UTC).date()):
            yield Error(
                f"The Do Not Track policy is not posted. {obstacle}",
                hint="docs/privacy.md, “What your server declares”.",
                id="candid.E021",
            )
    path = settings.GEOIP_PATH
    if path and not _is_readable(Path(path)):
        yield Error(f"GEOIP_PATH: {path} cannot be read.", id="candid.E012")


@register("candid")
def check_work(app_configs: Apps, **kwargs: Any) -> Iterator[CheckMessage]:
    """Look at time, broker and batches."""
    if settings.TIME_ZONE != "UTC" or not settings.USE_TZ:
        yield Error(
            "TIME_ZONE must stay UTC: workspaces and contacts have time zones of their own.",
            id="candid.E013",
        )
    kind = settings.CELERY_BROKER_URL.partition(":")[0]
    if kind not in _BROKERS:
        yield Error(
            f"CELERY_BROKER_URL: “{kind}” is none of {', '.join(_BROKERS)}.", id="candid.E014"
        )
    if settings.SEND_CLAIM_ROWS < 1 or settings.SEND_LEASE_SECONDS < 10:
        yield Error(
            "SEND_CLAIM_ROWS must be at least 1, and SEND_LEASE_SECONDS at least 10.",
            id="candid.E015",
        )
    if settings.CANARY_OVER and not 1 <= settings.CANARY_SIZE <= settings.CANARY_OVER:
        yield Error(
            "CANARY_SIZE must lie between 1 and CANARY_OVER.",
            hint="CANARY_OVER=0 sends to everybody at once.",
            id="candid.E020",
        )
    for name in ("PORT", "INBOX_PORT"):
        if not 1 <= getattr(settings, name) <= 65535:
            yield Error(f"{name} is not a port number.", id="candid.E016")
    if len(settings.INSTANCE_ID) > LONGEST_INSTANCE_ID:
        yield Error(
            f"INSTANCE_ID is longer than {LONGEST_INSTANCE_ID} characters.", id="candid.E023"
        )
    if settings.DATABASE_POOL < 0:
        yield Error("DATABASE_POOL is negative; 0 keeps no connection.", id="candid.E017")


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Apps, **kwargs: Any) -> Iterator[CheckMessage]:
    """Look at what only production needs."""
    for number, name in ((1, "PUBLIC_URL"), (2, "TRACKING_URL")):
        if urlsplit(getattr(settings, name)).scheme != "https":
            yield Warning(
                f"{name} is not https: sessions and leaving links travel in the open, and mailbox "
                f"providers ignore one-click unsubscription.",
                id=f"candid.W00{number}",
            )
    if settings.DATABASE_IS_EMBEDDED:
        yield Warning(
            "DATABASE_URL is not set: the embedded database serves one machine.",
            hint="Silence candid.W003 if one machine is what you want.",
            id="candid.W003",
        )
    elif not settings.INSTANCE_ID and not settings.CELERY_BROKER_URL.startswith("filesystem:"):
        yield Warning(
            "INSTANCE_ID is not set: a second machine with workers is taken for a copy.",
            hint="Give all machines of this installation the same name.",
            id="candid.W004",
        )


@register(Tags.database)
def check_database(
    app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any
) -> Iterator[CheckMessage]:
    """Ask the server itself: what we promise rests on its commits being durable."""
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('synchronous_commit'),"
                " current_setting('server_version_num')::int"
            )
            synchronous, version = cursor.fetchone()
        if synchronous == "off":
            yield Error(
                "synchronous_commit is off: after a crash of the database, people could be "
                "mailed twice.",
                hint="Turn it on for this role and database.",
                id="candid.E018",
            )
        if version < LEAST_SERVER_VERSION:
            yield Error("PostgreSQL must be at least version 15.", id="candid.E019")


def _problem_with_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "is not an address."
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "must begin with https:// (or http:// for a trial) and name a host."
    if parts.path or parts.query or parts.fragment or parts.username:
        return "must be a bare address: no path, no query, no user."
    return ""


def _is_allowed(host: str, allowed: Sequence[str]) -> bool:
    return any(
        host == name or (name.startswith(".") and (host == name[1:] or host.endswith(name)))
        for name in allowed
    )


def _is_readable(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return bool(file.read(1))
    except OSError:
        return False

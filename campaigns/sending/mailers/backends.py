"""Make anymail's backend of a provider, ready to be called and without what we do not want."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.config import Config
from django.utils.module_loading import import_string

from campaigns.accounts import outbound, providers
from campaigns.accounts.models import Provider

# Seconds to connect, and to wait for an answer.
TIMEOUT = (10.0, 60.0)


def backend(kind: str, credentials: Mapping[str, Any]) -> Any:
    """Return an open backend with one kept session. Raises `outbound.OutboundError`."""
    url = str(credentials.get("api_url") or credentials.get("endpoint_url") or "")
    if url and url not in _own_addresses(kind):
        outbound.check_url(url)
    options = _OPTIONS.get(kind, _by_requests)(kind, credentials)
    made = import_string(f"anymail.backends.{kind}.EmailBackend")(**options)
    made.open()
    session = getattr(made, "session", None)
    if session is not None:
        # A redirect would lead past the guard, and repeat a mail elsewhere.
        session.max_redirects = 0
    return made


def _own_addresses(kind: str) -> set[str]:
    """The provider's own address needs no check, and no look-up."""
    return {str(field.default) for field in providers.FIELDS[kind] if field.default}


def _by_requests(kind: str, credentials: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in providers.FIELDS[kind]}
    options = {name: value for name, value in credentials.items() if name in known and value}
    return options | {"timeout": TIMEOUT}


def _amazon_ses(kind: str, credentials: Mapping[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"client_params": amazon(credentials)}
    if credentials.get("configuration_set"):
        options["configuration_set_name"] = credentials["configuration_set"]
    return options


def amazon(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """What a client of Amazon's has to be told."""
    return {
        "region_name": credentials.get("region"),
        "aws_access_key_id": credentials.get("access_key"),
        "aws_secret_access_key": credentials.get("secret_key"),
        "endpoint_url": credentials.get("endpoint_url") or None,
        # boto3 repeats what failed, and a repeated mail is a second mail.
        "config": Config(
            retries={"total_max_attempts": 1}, connect_timeout=TIMEOUT[0], read_timeout=TIMEOUT[1]
        ),
    }


_OPTIONS: dict[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    Provider.Kind.AMAZON_SES: _amazon_ses,
}

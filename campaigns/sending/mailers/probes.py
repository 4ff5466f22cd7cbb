"""The most harmless question each API answers only to those who have the right key.

Where there is none, an empty message: a right key has it refused as empty, a wrong one
is refused itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

import boto3
import requests
from botocore import exceptions as boto
from django.core.mail import EmailMessage

from campaigns.accounts.models import Provider
from campaigns.sending.mailers import backends, errors
from campaigns.sending.outcomes import TransportError, Verdict

Kind = Provider.Kind
# Somebody is waiting for the page.
MOST = 10


@dataclass(frozen=True)
class Probe:
    """One question. Without a path it is an empty message, where messages go."""

    path: Callable[[Any], str] | None = None
    method: str = "GET"
    body: Callable[[Any], Any] | None = None
    # Answers that are a "no" to the question and still tell that the key is right.
    right_all_the_same: str = ""
    # Whether the answer tells that the account tracks opens or clicks by itself.
    tracks: Callable[[Any], bool] = lambda told: False
    # Where that stands elsewhere: what else to ask, by the first answer.
    further: Callable[[Any], Sequence[str]] = lambda told: ()


class Told(NamedTuple):
    """What a provider said, in its words, and whether it tracks opens or clicks by itself."""

    words: str
    tracks: bool = False


def _postmark_tracks(told: Any) -> bool:
    return bool(told.get("TrackOpens")) or told.get("TrackLinks", "None") != "None"


def _resend_domains(told: Any) -> list[str]:
    return [f"domains/{one['id']}" for one in told.get("data") or () if "id" in one]


def _resend_tracks(told: Any) -> bool:
    return bool(told.get("open_tracking") or told.get("click_tracking"))


PROBES: Mapping[str, Probe] = {
    Kind.MAILGUN: Probe(),
    Kind.POSTMARK: Probe(lambda backend: "server", tracks=_postmark_tracks),
    Kind.BREVO: Probe(lambda backend: "account"),
    Kind.MAILJET: Probe(body=lambda backend: {"Messages": []}),
    Kind.SENDGRID: Probe(lambda backend: "scopes"),
    Kind.SPARKPOST: Probe(body=lambda backend: {}),
    # https://resend.com/docs/api-reference/domains/get-domain: a list leaves tracking out.
    Kind.RESEND: Probe(
        lambda backend: "domains",
        right_all_the_same="restricted_api_key",
        tracks=_resend_tracks,
        further=_resend_domains,
    ),
    Kind.MAILERSEND: Probe(lambda backend: "api-quota"),
    Kind.MAILTRAP: Probe(body=lambda backend: {}),
    Kind.MANDRILL: Probe(
        lambda backend: "users/ping2.json", "POST", lambda backend: {"key": backend.api_key}
    ),
    Kind.POSTAL: Probe(body=lambda backend: {}),
    Kind.SCALEWAY: Probe(
        lambda backend: "emails?" + urlencode({"project_id": backend.project_id, "page_size": 1}),
    ),
    Kind.UNISENDER_GO: Probe(lambda backend: "system/info.json", "POST", lambda backend: {}),
}


def ask(kind: str, credentials: Mapping[str, Any]) -> Told:
    """Ask, and return what the provider said. Raises `TransportError` if that is a no."""
    if kind == Kind.AMAZON_SES:
        return _amazon(credentials)
    backend = backends.backend(kind, credentials)
    try:
        probe = PROBES[kind]
        answer = _answer(probe, backend)
        words = _judged(probe, answer)
        return Told(words, _tracks(probe, answer) or _tracks_elsewhere(probe, answer, backend))
    finally:
        backend.close()


def _answer(probe: Probe, backend: Any) -> requests.Response:
    empty = EmailMessage("", "", "nobody@invalid.example", ["nobody@invalid.example"])
    payload = backend.build_message_payload(empty, {})
    # Nothing of it is sent but the key.
    signed = payload.get_request_params(backend.api_url)
    path = probe.path(backend) if probe.path else payload.get_api_endpoint()
    try:
        answer: requests.Response = backend.session.request(
            probe.method if probe.path else "POST",
            backend.api_url + path,
            headers=signed["headers"],
            auth=signed["auth"],
            json=probe.body(backend) if probe.body else None,
            timeout=backend.timeout,
        )
    except requests.RequestException as error:
        outcome = errors.of_lost_request(error)
        raise TransportError(outcome.text) from error
    return answer


def _judged(probe: Probe, answer: requests.Response) -> str:
    words = f"{answer.status_code} {errors.words(answer)}"[:300]
    if probe.right_all_the_same and probe.right_all_the_same in answer.text:
        return words
    outcome = errors.of_response(answer)
    if probe.path is None and outcome.verdict is Verdict.REFUSED:
        return words
    if probe.path is not None and answer.ok:
        return words
    raise TransportError(words)


def _tracks(probe: Probe, answer: requests.Response) -> bool:
    return probe.tracks(_read(answer))


def _tracks_elsewhere(probe: Probe, answer: requests.Response, backend: Any) -> bool:
    """Ask what the first answer led to; a key may not be allowed to look."""
    paths = list(probe.further(_read(answer)))[:MOST]
    asked = (_answer(replace(probe, path=_always(path)), backend) for path in paths)
    return any(one.ok and _tracks(probe, one) for one in asked)


def _always(path: str) -> Callable[[Any], str]:
    return lambda backend: path


def _read(answer: requests.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _amazon(credentials: Mapping[str, Any]) -> Told:
    try:
        client = boto3.client("sesv2", **backends.amazon(credentials))
        account = client.get_account()
        tracks = _amazon_tracks(client, str(credentials.get("configuration_set") or ""))
    except boto.ClientError as error:
        raise TransportError(str(error), lasting=True) from error
    except boto.BotoCoreError as error:
        raise TransportError(str(error)) from error
    if not account.get("SendingEnabled", True):
        raise TransportError("sending is switched off for this account", lasting=True)
    sandbox = "" if account.get("ProductionAccessEnabled") else ", still in Amazon's sandbox"
    return Told(f"{account.get('EnforcementStatus', 'known')}{sandbox}", tracks)


def _amazon_tracks(client: Any, configuration_set: str) -> bool:
    """Whether a configuration set publishes opens or clicks; a key may not be allowed to look."""
    if not configuration_set:
        return False
    try:
        told = client.get_configuration_set_event_destinations(
            ConfigurationSetName=configuration_set
        )
    except boto.ClientError:
        return False
    return any(
        {"OPEN", "CLICK"} & set(one.get("MatchingEventTypes", ()))
        for one in told.get("EventDestinations", ())
        if one.get("Enabled")
    )

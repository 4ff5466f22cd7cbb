"""What an API's failure says about the mail: a definite no, the provider's trouble, or doubt.

Where a request may have arrived and no readable answer came back, the mail may be on its
way: that is `UNKNOWN`, and never tried again by itself.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import requests
import urllib3.exceptions
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from botocore import exceptions as boto
from django.core.exceptions import ImproperlyConfigured

from campaigns.sending.outcomes import Outcome, TransportError, Verdict

# Found out before anything was sent.
_NOT_SENT = (AnymailInvalidAddress, AnymailSerializationError, AnymailUnsupportedFeature)
# The connection was never made.
_NO_CONNECTION = (
    boto.EndpointConnectionError,
    boto.ConnectTimeoutError,
    boto.ProxyConnectionError,
    boto.SSLError,
    requests.ConnectTimeout,
    requests.exceptions.SSLError,
    requests.exceptions.ProxyError,
)
_BAD_CREDENTIALS = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.NoRegionError)
# The key, the account or its payment is refused: so will every other mail be.
_ACCOUNT = {401, 402, 403}
# SparkPost says 420 where others say 429.
_TOO_MANY = {420, 429}
# Mandrill and Postal say what is wrong under a status that says nothing: a definite no.
_NO = {
    "ValidationError",
    "parameter-error",
    "NoRecipients",
    "NoContent",
    "TooManyToAddresses",
    "FromAddressMissing",
}
_NO_TO_ALL = {
    "Invalid_Key",
    "PaymentRequired",
    "Unknown_Subaccount",
    "AccessDenied",
    "InvalidServerAPIKey",
    "ServerSuspended",
    "UnauthenticatedFromAddress",
}
# Who names a longer wait is asked again after a day all the same.
LONGEST_WAIT = 86_400.0
_NUMBER = re.compile(r"[0-9]{1,30}(?:[.][0-9]{1,9})?")
# A key that was used before: the mail it was used for may have been taken.
_USED_KEY = ("idempot", "duplicate")
# Amazon's names for "slower".
_SLOWER = {"TooManyRequestsException", "ThrottlingException", "Throttling"}
_ACCOUNT_NAMES = {
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "LimitExceededException",
}


class HalfwayError(Exception):
    """The provider takes nothing more now; `found` is what became of the mails before."""

    def __init__(self, found: Sequence[Outcome], trouble: TransportError) -> None:
        super().__init__(trouble.reason)
        self.found = found
        self.trouble = trouble


def outcome(error: AnymailError | ImproperlyConfigured) -> Outcome:
    """Return the outcome for the mail, or raise `TransportError` when no mail gets through."""
    if isinstance(error, _NOT_SENT):
        return Outcome(Verdict.REFUSED, text=_first_line(error))
    if isinstance(error, AnymailConfigurationError | ImproperlyConfigured):
        raise TransportError(_first_line(error), lasting=True) from error
    cause = error.__cause__
    if isinstance(cause, boto.ClientError):
        return _of_amazon(cause)
    if isinstance(cause, _BAD_CREDENTIALS):
        raise TransportError(str(cause), lasting=True) from error
    response = getattr(error, "response", None)
    if isinstance(response, requests.Response):
        return of_response(response)
    return of_lost_request(cause or error)


def of_lost_request(error: BaseException) -> Outcome:
    """Judge a request that brought no answer. Raises `TransportError` if it never left."""
    if isinstance(error, requests.TooManyRedirects):
        raise TransportError("the address leads to another one", lasting=True) from error
    if isinstance(error, _NO_CONNECTION) or _was_never_connected(error):
        raise TransportError(f"no connection: {_plain(error)}") from error
    return Outcome(Verdict.UNKNOWN, text=_plain(error))


def of_response(response: requests.Response) -> Outcome:
    """Judge an answer that is not the expected one. Raises `TransportError`."""
    code, text = response.status_code, words(response)
    after = _seconds(response.headers.get("Retry-After", ""))
    names = _names(response)
    if code in _ACCOUNT or names & _NO_TO_ALL:
        raise TransportError(f"{code} {text}", lasting=True)
    if code in _TOO_MANY or (code == 503 and after):
        raise TransportError(f"{code} {text}", retry_after=after or 30)
    if code == 408:
        return Outcome(Verdict.DEFERRED, code, text=text)
    if code == 409 or (400 <= code < 500 and any(word in text.lower() for word in _USED_KEY)):
        return Outcome(Verdict.UNKNOWN, code, text=text)
    if 400 <= code < 500 or names & _NO:
        return Outcome(Verdict.REFUSED, code, text=text)
    return Outcome(Verdict.UNKNOWN, code, text=text)


def words(response: requests.Response) -> str:
    """Return what the provider said, without the JSON round it where we know its shape."""
    try:
        found = _message(response.json())
    except ValueError:
        found = ""
    return found or response.text[:300].strip()


def _message(body: Any) -> str:
    """Find the sentence for people, wherever this provider puts it."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return " ".join(filter(None, map(_message, body)))
    if not isinstance(body, dict):
        return ""
    for name in ("Message", "message", "ErrorMessage", "errors", "Errors", "Messages", "data"):
        found = _message(body.get(name))
        if found:
            return found
    return ""


def _names(response: requests.Response) -> set[str]:
    """What the provider calls the error, where it uses names."""
    try:
        body = response.json()
    except ValueError:
        return set()
    if not isinstance(body, dict):
        return set()
    data = body.get("data")
    inner = data.get("code") if isinstance(data, dict) else ""
    if body.get("status") not in {"error", "parameter-error"}:
        return set()
    return {str(body.get("name", "")), str(body.get("status", "")), str(inner)} - {"error"}


def _was_never_connected(cause: BaseException | None) -> bool:
    if not isinstance(cause, requests.ConnectionError) or not cause.args:
        return False
    reason = getattr(cause.args[0], "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _of_amazon(error: boto.ClientError) -> Outcome:
    answer: Mapping[str, Any] = error.response
    name = str(answer.get("Error", {}).get("Code", ""))
    text = str(answer.get("Error", {}).get("Message", "")) or name
    code = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    if name in _SLOWER or code == 429:
        raise TransportError(text, retry_after=_seconds(headers.get("retry-after", "")) or 10)
    if name in _ACCOUNT_NAMES or code in _ACCOUNT:
        raise TransportError(text, lasting=True)
    if 400 <= code < 500:
        return Outcome(Verdict.REFUSED, code, text=text)
    return Outcome(Verdict.UNKNOWN, code or None, text=text)


def _seconds(value: str) -> float:
    """Read a Retry-After: seconds, or a date in any of HTTP's three forms. 0: it says nothing."""
    told = value.strip()
    if _NUMBER.fullmatch(told):
        return min(float(told), LONGEST_WAIT)
    try:
        at = email.utils.parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return 0.0
    # One form names no zone; all of them are in GMT.
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, at.timestamp() - time.time()), LONGEST_WAIT)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _plain(error: BaseException | None) -> str:
    """Name the failure without the address and the keys that its text may hold."""
    return type(error).__name__

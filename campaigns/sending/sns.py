"""Believe Amazon's notification service only where it proves who it is.

Anybody can post to an open door who knows its address, and anybody can let Amazon post
there. So a message counts only if Amazon signed it, lately, and only if it comes from a
topic that an owner has let in. https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils import timezone
from urllib3.exceptions import HTTPError

from campaigns.accounts import outbound

# Amazon tries again for an hour, or for as long as the topic's policy says.
OLDEST = timedelta(hours=24)
CLOCKS = timedelta(minutes=15)
# Seconds for a certificate, or a confirmation, and the most that is read of it.
TIMEOUT = 10
MOST = 100_000

_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-[0-9]\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]+\.pem")
_HASHES: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - version 1 is what Amazon still signs by default
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = (
    *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
)
# What each type of message signs, in this order.
SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}


class SnsError(Exception):
    """This does not come from Amazon, or not now, or not for us."""


def read(body: bytes) -> dict[str, str]:
    """Return the message in a request, once its signature has been found right.

    Raises `SnsError`.
    """
    try:
        message = json.loads(body)
    except ValueError as error:
        raise SnsError("not a message") from error
    if not isinstance(message, dict) or not all(isinstance(v, str) for v in message.values()):
        raise SnsError("not a message")
    if message.get("Type") not in SIGNED or not message.get("TopicArn"):
        raise SnsError("not a message of a known type")
    _check_time(message.get("Timestamp", ""))
    _check_signature(message)
    return message


def confirm(subscribe_url: str, topic: str) -> None:
    """Tell Amazon that we want to hear of `topic`. Raises `SnsError`."""
    parts = _amazons(subscribe_url)
    query = parse_qs(parts.query)
    if parts.path not in {"", "/"} or query.get("Action") != ["ConfirmSubscription"]:
        raise SnsError("this is not where a subscription is confirmed")
    if query.get("TopicArn") != [topic]:
        raise SnsError("this would confirm another topic")
    fetch(subscribe_url)


def fetch(url: str) -> bytes:
    """Get what an address of Amazon's holds, through the guard. Raises `SnsError`."""
    _amazons(url)
    try:
        outbound.check_url(url)
        answer = requests.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True)
        content = answer.raw.read(MOST, decode_content=True)
    # What goes wrong while it is read, urllib3 tells in its own words.
    except (outbound.OutboundError, requests.RequestException, HTTPError) as error:
        raise SnsError(f"Amazon cannot be asked: {error}") from error
    if answer.status_code != 200:
        raise SnsError(
            f"Amazon says {answer.status_code}: {content[:200].decode(errors='replace')}"
        )
    return bytes(content)


def _amazons(url: str) -> Any:
    """Split an address of Amazon's notification service. Raises `SnsError`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SnsError("not an address") from error
    if parts.scheme != "https" or port not in {None, 443} or parts.username or parts.password:
        raise SnsError("not an address of Amazon's")
    if not _HOST.fullmatch(parts.hostname or ""):
        raise SnsError("not an address of Amazon's")
    return parts


def _check_time(text: str) -> None:
    try:
        at = datetime.fromisoformat(text)
        age = timezone.now() - at
    except (ValueError, TypeError) as error:
        raise SnsError("the time cannot be read") from error
    if not -CLOCKS <= age <= OLDEST:
        raise SnsError("too old, or from the future")


def _check_signature(message: Mapping[str, str]) -> None:
    algorithm = _HASHES.get(message.get("SignatureVersion", ""))
    if algorithm is None:
        raise SnsError("signed in a way we do not know")
    key = _key(message.get("SigningCertURL", ""))
    try:
        signature = base64.b64decode(message.get("Signature", ""), validate=True)
        key.verify(signature, signed_text(message), padding.PKCS1v15(), algorithm)
    except (ValueError, InvalidSignature) as error:
        raise SnsError("the signature is wrong") from error


def signed_text(message: Mapping[str, str]) -> bytes:
    """Return what Amazon signs of a message: names and values, a line each."""
    lines = [f"{name}\n{message[name]}\n" for name in SIGNED[message["Type"]] if name in message]
    return "".join(lines).encode()


def _key(url: str) -> rsa.RSAPublicKey:
    parts = _amazons(url)
    if not _CERTIFICATE.fullmatch(parts.path) or parts.query or parts.fragment:
        raise SnsError("not a certificate of Amazon's")
    certificate = _certificate(url)
    now = timezone.now()
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise SnsError("the certificate has run out")
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise SnsError("the certificate has another kind of key")
    return key


# Amazon changes them about once a year.
@lru_cache(maxsize=16)
def _certificate(url: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(fetch(url))
    except ValueError as error:
        raise SnsError("not a certificate") from error

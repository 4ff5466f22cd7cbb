"""Check the signatures of Svix, which sends Resend's events. https://docs.svix.com/receiving/verifying-payloads/how-manual"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

# Seconds that the sender's clock may be away from ours.
WINDOW = 300


class SvixError(Exception):
    """The request was not signed with our secret, or not now."""


def check(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Let a request pass that was signed with `secret` within the window. Raises `SvixError`."""
    name, at = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not at.isdigit() or abs(time.time() - int(at)) > WINDOW:
        raise SvixError("too old, or without a time")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise SvixError("the signing secret that we hold is none") from error
    if not key:
        raise SvixError("there is no signing secret")
    signed = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    right = f"v1,{base64.b64encode(signed).decode()}"
    found = headers.get("svix-signature", "").split(" ")
    if not any(hmac.compare_digest(right.encode(), one.encode()) for one in found):
        raise SvixError("the signature is wrong")

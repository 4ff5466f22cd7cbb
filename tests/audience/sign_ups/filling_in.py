"""Fill in a form, and find the link in the letter that comes of it."""

from __future__ import annotations

import hashlib
import re

from django.urls import reverse

from campaigns.audience.sign_ups import proof_of_work

EMAIL = "ann@example.com"


def sign_up(client, form, email=EMAIL, **values):
    return client.post(reverse("audience:join", args=[form.key]), {"email": email, **values})


def link(mailed):
    found = re.search(r"/join/confirm/\S+", mailed[-1].text)
    assert found is not None
    return found[0]


def proof(given):
    answer = 0
    while int.from_bytes(hashlib.sha256(f"{given}:{answer}".encode()).digest()[:4], "big") >> (
        32 - proof_of_work.BITS
    ):
        answer += 1
    return {"challenge": given, "proof": str(answer)}

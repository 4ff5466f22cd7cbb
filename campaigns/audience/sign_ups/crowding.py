"""Limits on sign-ups: of one asker, and of one form by everybody together.

What is remembered is a keyed hash of who asks. How often an address is mailed is limited
by `signing_up`, which knows it from the database.
"""

from __future__ import annotations

from django.http import HttpRequest

from campaigns.accounts import askers

HOUR = 3600
# Sign-ups an hour, with a proof of work and without.
OF_ASKER = {True: 30, False: 6}
OF_FORM = {True: 3_000, False: 300}


def is_too_much(request: HttpRequest, form_id: int, *, proven: bool) -> bool:
    """Count one more try, and say whether it is one too many."""
    kind = "proven" if proven else "plain"
    asker = askers.count(f"audience:join:{kind}:{askers.name(request)}", HOUR)
    form = askers.count(f"audience:join:{kind}:{form_id}", HOUR)
    return asker > OF_ASKER[proven] or form > OF_FORM[proven]

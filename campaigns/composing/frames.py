"""Answer with a mail for a sandboxed frame: no script, no form, no link works in it."""

from __future__ import annotations

from django.http import HttpResponse

# Nothing of a mail runs, and nothing of it is fetched but pictures.
POLICY = (
    "sandbox; default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; "
    "font-src https: data:; frame-ancestors 'self'"
)


def answer(html: str) -> HttpResponse:
    """Return the HTML of a mail so that it can do no harm, whoever asks for it."""
    response = HttpResponse(html)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response

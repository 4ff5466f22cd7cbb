"""A mail in its recipient's browser: the same words, and nothing of it is recorded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.audience import tokens
from campaigns.audience.models import Contact
from campaigns.audience.views.recipients import recipient_page
from campaigns.composing import frames
from campaigns.sending import reading


@require_safe
@recipient_page
def web_version(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Show the mail that the token came with, as it was sent to this person."""
    html = reading.html_of(token, contact) if contact else None
    if html is None:
        facts = {"is_test": not token.contact_id}
        return render(request, "sending/no_web_version.html", facts, status=404)
    response = frames.answer(html, links=True)
    response["X-Robots-Tag"] = "noindex"
    return response

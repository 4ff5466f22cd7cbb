"""The page that a mail leads to which asks whether somebody wants to go on getting mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaigns.audience import staying, tokens
from campaigns.audience.models import Contact
from campaigns.audience.views.recipients import recipient_page


@require_http_methods(["GET", "HEAD", "POST"])
@recipient_page
def stay(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Show a button; pressing it says yes. Looking, as scanners do, says nothing."""
    if contact is None:
        nobody = {"is_test": token.contact_id == 0}
        return render(request, "audience/public/nobody.html", nobody)
    if request.method == "POST":
        staying.stay(contact.pk, token.campaign_id or None)
        return redirect(request.path)
    found = request.resolver_match
    context = {
        "contact": contact,
        "token": found.kwargs["token"] if found else "",
        "staying": staying.look(contact, token.campaign_id or None),
    }
    return render(request, "audience/public/stay.html", context)

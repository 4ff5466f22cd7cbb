"""Pages where recipients see what is kept about them, and take it away.

Whoever holds a mail's link sees how much there is, and may have a link mailed to the
address itself; that one shows the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.audience import addresses, languages, tokens
from campaigns.audience.models import Contact
from campaigns.audience.views.recipients import recipient_page
from campaigns.privacy import known, links, reading, tasks, wording
from campaigns.privacy.erasing import erase
from campaigns.privacy.take_away import take_away as file_of

SealedView = Callable[[HttpRequest, str, Contact | None], HttpResponse]
SealedPage = Callable[[HttpRequest, str], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
@recipient_page
def asking(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Show how much is kept; a POST mails a link that shows it."""
    if contact is None:
        return render(request, "audience/public/nobody.html", {"is_test": token.contact_id == 0})
    if request.method == "POST":
        if not links.is_possible(contact):
            return redirect(request.path)
        if links.may_ask(contact.pk):
            tasks.mail_link.delay_on_commit(contact.pk)
        return redirect(f"{request.path}?mailed=1")
    context = {
        "contact": contact,
        "masked": addresses.mask(contact.email),
        "counts": known.counts(contact),
        "can_mail": links.is_possible(contact),
        "mailed": "mailed" in request.GET,
    }
    return render(request, "privacy/asking.html", context)


def sealed_page(view: SealedView) -> SealedPage:
    """Open a view to whoever holds a link that was mailed, in the language of its owner."""

    @wraps(view)
    def page(request: HttpRequest, sealed: str) -> HttpResponse:
        contact = Contact.objects.select_related("workspace").filter(pk=_whose(sealed)).first()
        first = contact.language if contact else ""
        last = contact.workspace.language if contact else ""
        with languages.speaking(languages.of_request(request, first=first, last=last)):
            response = view(request, sealed, contact)
            response["Content-Language"] = get_language() or ""
        # The link, which is all the authority there is, stays out of referrers.
        response["Referrer-Policy"] = "no-referrer"
        return response

    opened: SealedPage = login_not_required(csrf_exempt(never_cache(page)))
    return opened


@require_safe
@sealed_page
def everything(request: HttpRequest, sealed: str, contact: Contact | None) -> HttpResponse:
    """Show all that is kept about the person whom the link was mailed to."""
    if contact is None:
        return render(request, "privacy/erased.html")
    who = reading.reader(contact)
    context = {
        "contact": contact,
        "sections": reading.sections(contact, who),
        "zone": who.zone.key,
        "not_kept": wording.NOT_KEPT,
        "token": tokens.unsubscribe_token(contact.pk),
        "sealed": sealed,
    }
    return render(request, "privacy/everything.html", context)


@require_safe
@sealed_page
def take_away(request: HttpRequest, sealed: str, contact: Contact | None) -> HttpResponse:
    """Hand out the same as a file."""
    if contact is None:
        return render(request, "privacy/erased.html")
    body = file_of(contact, timezone.now())
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="kept-about-me.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@sealed_page
def erase_me(request: HttpRequest, sealed: str, contact: Contact | None) -> HttpResponse:
    """Say what goes, what stays and why; a POST erases."""
    if contact is None:
        return render(request, "privacy/erased.html")
    if request.method == "POST":
        erase([contact.pk])
        return render(request, "privacy/erased.html")
    return render(request, "privacy/erase.html", {"contact": contact, "sealed": sealed})


def _whose(sealed: str) -> int:
    try:
        return links.open_sealed(sealed)
    except links.LinkError as error:
        raise Http404 from error

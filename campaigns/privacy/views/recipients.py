"""Pages where recipients see what is kept about them, and take it away.

Whoever holds a mail's link sees how much there is, and may have a link mailed to the
address itself; that one shows the rest.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.audience import addresses, tokens
from campaigns.audience.models import Contact
from campaigns.audience.views.recipients import recipient_page
from campaigns.privacy import known, links, tasks, wording
from campaigns.privacy.erasing import erase
from campaigns.privacy.take_away import take_away as file_of


@require_http_methods(["GET", "HEAD", "POST"])
@recipient_page
def asking(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Show how much is kept; a POST mails a link that shows it."""
    if contact is None:
        return render(request, "audience/public/nobody.html", {"is_test": token.contact_id == 0})
    if request.method == "POST":
        if not links.is_possible():
            return redirect(request.path)
        if links.may_ask(contact.pk):
            tasks.mail_link.delay_on_commit(contact.pk)
        return redirect(f"{request.path}?mailed=1")
    context = {
        "contact": contact,
        "masked": addresses.mask(contact.email),
        "counts": known.counts(contact),
        "can_mail": links.is_possible(),
        "mailed": "mailed" in request.GET,
    }
    return render(request, "privacy/asking.html", context)


@require_safe
@login_not_required
@never_cache
def everything(request: HttpRequest, sealed: str) -> HttpResponse:
    """Show all that is kept about the person whom the link was mailed to."""
    contact = _person(sealed)
    context = {
        "contact": contact,
        "sections": known.about(contact),
        "not_kept": wording.NOT_KEPT,
        "sealed": sealed,
    }
    return _private(render(request, "privacy/everything.html", context))


@require_safe
@login_not_required
@never_cache
def take_away(request: HttpRequest, sealed: str) -> HttpResponse:
    """Hand out the same as a file."""
    body = file_of(_person(sealed), timezone.now())
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="kept-about-me.json"'
    return _private(response)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@csrf_exempt
@never_cache
def erase_me(request: HttpRequest, sealed: str) -> HttpResponse:
    """Say what goes, what stays and why; a POST erases. The link is all the authority there is."""
    contact = Contact.objects.select_related("workspace").filter(pk=_whose(sealed)).first()
    if contact is None:
        return _private(render(request, "privacy/erased.html"))
    context = {"contact": contact, "sealed": sealed}
    if request.method == "POST":
        erase([contact.pk])
        return _private(render(request, "privacy/erased.html", context))
    return _private(render(request, "privacy/erase.html", context))


def _person(sealed: str) -> Contact:
    return get_object_or_404(Contact.objects.select_related("workspace"), pk=_whose(sealed))


def _whose(sealed: str) -> int:
    try:
        return links.open_sealed(sealed)
    except links.LinkError as error:
        raise Http404 from error


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the link, which is all the authority there is, out of referrers."""
    response["Referrer-Policy"] = "no-referrer"
    return response

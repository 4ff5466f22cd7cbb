"""Pages for the people who get mail: leave, take it back, choose, say no to measuring.

The token in the address is all the authority there is, so nothing here needs a cookie, a
session or a CSRF token. Looking changes nothing: scanners look at every link of a mail.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.audience import (
    addresses,
    choosing,
    consent,
    languages,
    moving,
    offering,
    pausing,
    people,
    tokens,
    unsubscribing,
)
from campaigns.audience.models import ConsentEntry, Contact, Purpose, Unsubscription

RETRY_SECONDS = 120
RecipientView = Callable[[HttpRequest, tokens.Token, Contact | None], HttpResponse]


def recipient_page(view: RecipientView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open a view to whoever holds the token, and keep the token out of caches and referrers.

    The contact is None for a test mail and for somebody who was erased.
    """

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        try:
            read = tokens.read(token)
            contact = people.by_number(read.contact_id)
            with languages.speaking(language_of(request, contact)):
                response = view(request, read, contact)
                response["Content-Language"] = get_language() or ""
        except tokens.TokenError as error:
            raise Http404 from error
        except (OperationalError, InterfaceError):
            # Never a "done" that is not: mail programs try again.
            body = render_to_string("audience/unavailable.html")
            return HttpResponse(body, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
        response["Referrer-Policy"] = "no-referrer"
        return response

    opened: Callable[[HttpRequest, str], HttpResponse] = login_not_required(
        csrf_exempt(never_cache(page))
    )
    return opened


@require_http_methods(["GET", "HEAD", "POST"])
@recipient_page
def unsubscribe(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Show a button; pressing it unsubscribes at once."""
    if contact is None:
        return _nobody(request, token)
    if request.method == "POST":
        unsubscribing.unsubscribe(contact.pk, *_mail(token), Unsubscription.Source.PAGE)
        return redirect(request.path)
    return _leaving_page(request, token, contact)


@require_http_methods(["GET", "HEAD", "POST"])
@recipient_page
def one_click(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """RFC 8058: a POST, whatever its body, unsubscribes. A person's GET gets the page."""
    if contact is None:
        return _nobody(request, token)
    if request.method == "POST":
        unsubscribing.unsubscribe(contact.pk, *_mail(token), Unsubscription.Source.ONE_CLICK)
    return _leaving_page(request, token, contact)


@require_POST
@recipient_page
def undo(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Take back what was done through this mail."""
    if contact is not None:
        unsubscribing.undo(contact.pk, *_mail(token))
    return redirect("audience:unsubscribe", token=_text(request))


@require_POST
@recipient_page
def stop(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Stop all mail from this sender."""
    if contact is not None:
        unsubscribing.stop_everything(contact.pk, *_mail(token))
    return redirect("audience:unsubscribe", token=_text(request))


@require_http_methods(["GET", "HEAD", "POST"])
@recipient_page
def preferences(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Show the lists and what is recorded; a POST chooses the lists."""
    if contact is None:
        return _nobody(request, token)
    if request.method == "POST":
        choosing.choose_lists(contact, request.POST.getlist("list"), *_mail(token))
        return redirect(f"{request.path}?saved=1")
    context = {
        "contact": contact,
        "masked": addresses.mask(contact.email),
        "stopped": choosing.stopped_by_themselves(contact),
        "questions": choosing.questions(contact),
        "days": settings.EVENT_RETENTION_DAYS,
        "signal": _signals(request),
        "subscriptions": choosing.subscriptions_of(contact),
        "offers": offering.offers(contact),
        "token": _text(request),
        "saved": "saved" in request.GET,
        "joining": "joining" in request.GET,
        "moving": "moving" in request.GET,
        "wrong": "wrong" in request.GET,
        "paused": pausing.is_paused(contact),
        "pauses": pausing.OFFERED,
        "spoken": languages.SPOKEN.items(),
        "speaks": get_language(),
        "can_move": moving.is_possible(contact),
    }
    return render(request, "audience/public/preferences.html", context)


@require_POST
@recipient_page
def measuring(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Take the recipient's own yes or no to being measured, for one purpose or for both."""
    purpose = _purpose(request)
    if contact is not None and purpose is not None:
        evidence = consent.Evidence(
            ConsentEntry.Source.PREFERENCES,
            {"campaign": token.campaign_id or None},
            notice=choosing.statement(purpose),
        )
        purposes = consent.BOTH if purpose == Purpose.BOTH else (purpose,)
        match request.POST.get("answer"):
            case "yes":
                consent.grant(contact, evidence, purposes)
            case "no":
                consent.refuse(contact, evidence, purposes)
    return redirect(reverse("audience:preferences", args=[_text(request)]) + "#recorded")


def language_of(request: HttpRequest, contact: Contact | None) -> str:
    """Return the language to speak to a recipient in, who may be nobody any more."""
    if contact is None:
        return languages.of_request(request)
    return languages.of_request(request, first=contact.language, last=contact.workspace.language)


def _purpose(request: HttpRequest) -> Purpose | None:
    text = request.POST.get("purpose", Purpose.BOTH)
    return Purpose(text) if text in (*consent.BOTH, Purpose.BOTH) else None


def _signals(request: HttpRequest) -> bool:
    """Whether this browser asks not to be measured."""
    return request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"


def _leaving_page(request: HttpRequest, token: tokens.Token, contact: Contact) -> HttpResponse:
    whys = choosing.reasons_of(contact, *_mail(token))
    context = {
        "contact": contact,
        "token": _text(request),
        "leaving": choosing.leaving(contact, *_mail(token)),
        "whys": whys,
        "has_told": any(is_said for _value, _label, is_said in whys),
    }
    return render(request, "audience/public/unsubscribe.html", context)


def _nobody(request: HttpRequest, token: tokens.Token) -> HttpResponse:
    context = {"is_test": token.contact_id == 0}
    return render(request, "audience/public/nobody.html", context)


def _mail(token: tokens.Token) -> tuple[int | None, int | None]:
    return token.campaign_id or None, token.delivery_id or None


def _text(request: HttpRequest) -> str:
    found = request.resolver_match
    return str(found.kwargs["token"]) if found else ""

"""What recipients choose beside their lists: a pause, a language, an address, a reason."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.audience import (
    addresses,
    changing,
    languages,
    moving,
    numbers,
    offering,
    pausing,
    tasks,
    tokens,
)
from campaigns.audience.models import Contact, Unsubscription
from campaigns.audience.views.recipients import language_of, recipient_page


@require_POST
@recipient_page
def pause(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Take a pause, or end it."""
    if contact is not None:
        before = changing.snapshot(contact)
        days = request.POST.get("days", "")
        if days == "0":
            pausing.resume(contact)
        elif days.isascii() and days.isdecimal() and len(days) < 4:
            pausing.pause(contact, int(days))
        _note(contact, before)
    return _back(request)


@require_POST
@recipient_page
def language(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Speak to the person in the language they choose."""
    chosen = request.POST.get("language", "")
    if contact is not None and chosen in languages.SPOKEN:
        before = changing.snapshot(contact)
        Contact.objects.filter(pk=contact.pk).update(language=chosen, updated_at=timezone.now())
        _note(contact, before)
    return _back(request)


@require_POST
@recipient_page
def new_address(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Have the address that they have asked by mail; the new one is asked once that agreed."""
    if contact is not None:
        try:
            email = addresses.check(request.POST.get("email", ""))
        except addresses.AddressError:
            return _back(request, "wrong=1#address")
        if moving.may_ask(contact):
            tasks.ask_to_move.delay_on_commit(contact.pk, moving.wrap(email))
    return _back(request, "moving=1#address")


@require_POST
@recipient_page
def join(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Mail the person a link by which they join a public list."""
    if contact is not None:
        wanted = numbers.identity(request.POST.get("list", ""))
        sign_up = offering.ask(contact, wanted, get_language() or "")
        if sign_up is not None:
            tasks.mail_sign_up.delay_on_commit(sign_up)
    return _back(request, "joining=1#more")


@require_POST
@recipient_page
def why(request: HttpRequest, token: tokens.Token, contact: Contact | None) -> HttpResponse:
    """Keep the reason for leaving through this mail, if they want to give one."""
    said = request.POST.get("why", "")
    if contact is not None and said in Unsubscription.Why.values:
        mine = Unsubscription.objects.standing().filter(
            contact=contact,
            campaign_id=token.campaign_id or None,
            delivery_id=token.delivery_id or None,
        )
        mine.update(why=said)
    text = str(request.resolver_match.kwargs["token"]) if request.resolver_match else ""
    return redirect("audience:unsubscribe", token=text)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@csrf_exempt
@never_cache
def move(request: HttpRequest, sealed: str) -> HttpResponse:
    """Show a button; pressing it asks the new address, or changes it once that was asked."""
    contact = None
    try:
        asked = moving.open_sealed(sealed)
        contact = asked.contact
        with languages.speaking(language_of(request, contact)):
            response = _move(request, asked)
    except moving.MovingError:
        with languages.speaking(language_of(request, contact)):
            response = render(request, "audience/public/move_expired.html", status=410)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _move(request: HttpRequest, asked: moving.Move) -> HttpResponse:
    contact, email = asked.contact, asked.email
    context = {"contact": contact, "email": email, "old": addresses.mask(contact.email)}
    if request.method != "POST":
        return render(request, "audience/public/move.html", context)
    if not asked.is_agreed:
        if moving.may_ask(contact, is_agreed=True):
            tasks.mail_new_address.delay_on_commit(contact.pk, moving.wrap(email))
        return render(request, "audience/public/move_agreed.html", context)
    before = changing.snapshot(contact)
    if moving.move(contact, email):
        _note(contact, before)
        tasks.tell_old_address.delay_on_commit(contact.pk, moving.wrap(before["email"]))
    context["token"] = tokens.unsubscribe_token(contact.pk)
    return render(request, "audience/public/moved.html", context)


def _note(contact: Contact, before: dict[str, Any]) -> None:
    contact.refresh_from_db(fields=["email", "language", "paused_until"])
    changing.note_edit(contact, before)


def _back(request: HttpRequest, said: str = "saved=1") -> HttpResponse:
    found = request.resolver_match
    response = redirect("audience:preferences", token=str(found.kwargs["token"]) if found else "")
    response["Location"] += f"?{said}"
    return response

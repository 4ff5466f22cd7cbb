"""People put themselves on a list: they ask on a form, and confirm by a link mailed to them.

Asking does the same work and gets the same answer whoever is on the list: what there is to
know is told by mail, to the address alone. Nothing is decided by opening a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import (
    addresses,
    choosing,
    consent,
    languages,
    letters,
    mail_ledger,
    notices,
    people,
    recipient_links,
    suppression,
    tokens,
)
from campaigns.audience.letters import Letter
from campaigns.audience.models import (
    ConsentEntry,
    Contact,
    List,
    SignUp,
    SignUpForm,
    Subscription,
    Suppression,
)
from campaigns.audience.sign_ups import words

# A link works for so long, and so long a sign-up is kept.
KEPT = timedelta(days=7)
A_DAY = timedelta(days=1)
# To one address, whichever forms of the workspace it is put into.
MAILS_A_DAY = 3
# A server that does not take a mail is asked again by beat, within the limit above.
PATIENCE = timedelta(minutes=2)
_SALT = "campaigns.audience.signing_up"


class SigningUpError(Exception):
    """The link was not made by us, is too old, or its address must not be mailed."""


@dataclass(frozen=True)
class Asked:
    """What somebody filled in."""

    email: str
    first_name: str = ""
    last_name: str = ""
    fields: Mapping[str, Any] | None = None
    # They ticked the box that nobody ticked for them.
    measuring: bool = False
    language: str = ""


def ask(form: SignUpForm, asked: Asked) -> int:
    """Keep that somebody asked, and return what a worker is told to mail.

    Asking again overwrites what was filled in before it was confirmed.
    """
    statement = choosing.statement() if asked.measuring else ""
    row = SignUp(
        workspace_id=form.workspace_id,
        form=form,
        email=asked.email,
        email_key=addresses.key(asked.email),
        first_name=asked.first_name,
        last_name=asked.last_name,
        fields=dict(asked.fields or {}),
        language=asked.language,
        notice=notices.keep(form.workspace_id, words.notice(form)),
        measuring_notice=notices.keep(form.workspace_id, statement) if statement else None,
        asked_at=timezone.now(),
    )
    # One statement, whether the address is known or not.
    [kept] = SignUp.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["form", "email_key"],
        update_fields=[
            *("email", "first_name", "last_name", "fields", "language", "notice"),
            *("measuring_notice", "asked_at", "confirmed_at", "wants_mail"),
        ],
    )
    return int(kept.pk)


def mail(sign_up_id: int) -> bool:
    """Mail what there is to say about one sign-up, and say whether the server took it."""
    letter = _take(sign_up_id, timezone.now())
    if letter is None:
        return False
    if letters.post(letter):
        return True
    SignUp.objects.waiting().filter(pk=sign_up_id).update(wants_mail=True)
    return False


def unmailed() -> list[int]:
    """Return sign-ups whose mail should have gone by now: a doorbell, or a server, was away."""
    before = timezone.now() - PATIENCE
    return list(SignUp.objects.unmailed().filter(asked_at__lt=before).values_list("pk", flat=True))


def expire() -> int:
    """Forget sign-ups that nobody confirmed in time, or that have done their work."""
    deleted, _rows = SignUp.objects.forgotten(timezone.now() - KEPT).delete()
    return deleted


def open_sealed(text: str) -> SignUp:
    """Return whose link this is. Raises `SigningUpError`."""
    try:
        pk = int(signing.loads(text, salt=_SALT, max_age=KEPT))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise SigningUpError from error
    rows = SignUp.objects.select_related("form__list", "form__workspace", "form__sender")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise SigningUpError
    return found


@transaction.atomic
def confirm(row: SignUp) -> tuple[Contact, bool]:
    """Put the person on the list, and write down what they agreed to.

    Says whether this call did; twice is as good as once. Raises `SigningUpError` when
    the address must not be mailed, or its owner has left since they confirmed by this link.
    """
    if not SignUp.objects.filter(pk=row.pk).confirm(timezone.now()):
        return _confirmed(row), False
    contact = _contact(row)
    # Only of the mailbox that it was confirmed by: not of whom its owner was merged with.
    fingerprint = addresses.fingerprint(row.workspace_id, row.email_key)
    suppression.lift(row.workspace_id, fingerprint, Suppression.Reason.UNSUBSCRIBED_ALL)
    if any(suppression.find(row.workspace_id, email) for email in {row.email, contact.email}):
        raise SigningUpError
    _subscribe(contact, row.form.list)
    evidence = {"form": row.form_id, "confirmed": "by mail"}
    if contact.email_key != row.email_key:
        evidence["address"] = row.email
    said = consent.Evidence(ConsentEntry.Source.FORM, evidence, said_at=row.asked_at)
    mail_ledger.begin(contact, row.form.list, said, notice=row.notice)
    if row.measuring_notice is not None:
        text = row.measuring_notice.text
        consent.grant(contact, replace(said, notice=text))
    return contact, True


def welcome(contact_id: int, form_id: int) -> bool:
    """Mail the form's welcome to somebody who confirmed; without a text there is none.

    Nor is there one for whom a campaign would not reach either: who left, paused or was stopped
    before a worker came to it.
    """
    form = SignUpForm.objects.select_related("list", "sender__workspace").get(pk=form_id)
    people = Contact.objects.mailable(form.workspace_id, [form.list_id])
    contact = people.select_related("workspace").filter(pk=contact_id).first()
    if contact is None or form.sender is None or not form.welcome_text.strip():
        return False
    token = tokens.unsubscribe_token(contact.pk)
    with languages.speaking(languages.of_contact(contact)):
        return letters.post(
            Letter(
                form.sender,
                contact.email,
                form.welcome_subject or words.welcome_subject(form),
                letters.signed(
                    form.sender,
                    form.welcome_text,
                    words.leave(recipient_links.unsubscribe_url(token)),
                ),
                one_click=recipient_links.one_click_url(token),
            )
        )


@transaction.atomic
def _take(sign_up_id: int, now: datetime) -> Letter | None:
    """Count the mail as gone before it goes, so that no crash makes it two."""
    found = SignUp.objects.filter(pk=sign_up_id, wants_mail=True).first()
    if found is None:
        return None
    # All of the address, so that two forms at once do not each send the day's last one.
    rows = SignUp.objects.of_address(found.workspace_id, found.email_key).order_by("pk")
    mailed = [at for one in rows.select_for_update() for at in one.mailed_at]
    row = SignUp.objects.select_related("form__list", "form__sender__workspace").get(pk=found.pk)
    row.wants_mail = False
    letter = None
    if sum(at > now - A_DAY for at in mailed) < MAILS_A_DAY:
        letter = _letter(row)
    if letter is not None:
        row.mailed_at = [*(at for at in row.mailed_at if at > now - A_DAY), now]
    row.save(update_fields=["wants_mail", "mailed_at"])
    return letter


def _letter(row: SignUp) -> Letter | None:
    form = row.form
    if form.sender is None or not form.takes_people or _is_closed(row):
        return None
    with languages.speaking(row.language):
        known = Subscription.objects.subscribed().filter(
            list=form.list_id, contact=people.by_address(row.workspace_id, row.email)
        )
        if (there := known.first()) is not None:
            token = tokens.unsubscribe_token(there.contact_id)
            said = words.already(form, recipient_links.preferences_url(token))
        else:
            path = reverse("audience:confirm_sign_up", args=[signing.dumps(row.pk, salt=_SALT)])
            said = words.please_confirm(form, settings.PUBLIC_URL + path)
        subject, *paragraphs = said
        return Letter(form.sender, row.email, subject, letters.signed(form.sender, *paragraphs))


def _is_closed(row: SignUp) -> bool:
    """Whether the address is not even asked: it bounced, complained, or wanted to be erased.

    Or nothing is mailed to its domain.
    """
    found = suppression.reasons(row.workspace_id, row.email)
    return any(one.reason != Suppression.Reason.UNSUBSCRIBED_ALL for one in found)


def _contact(row: SignUp) -> Contact:
    """Return the person, made if need be; what is known of them already stays."""
    contact = people.at(row.workspace_id, row.email)
    for name in ("first_name", "last_name", "language"):
        setattr(contact, name, getattr(contact, name) or getattr(row, name))
    contact.fields = {**row.fields, **contact.fields}
    contact.save(update_fields=["first_name", "last_name", "language", "fields", "updated_at"])
    return contact


def _confirmed(row: SignUp) -> Contact:
    """Return who confirmed before. Raises `SigningUpError` when the list does not reach them."""
    contact = people.by_address(row.workspace_id, row.email)
    on_it = Subscription.objects.subscribed().filter(list=row.form.list_id, contact=contact)
    if contact is None or not on_it.exists():
        raise SigningUpError
    if suppression.find(row.workspace_id, contact.email):
        raise SigningUpError
    return contact


def _subscribe(contact: Contact, one: List) -> None:
    basis = Subscription.Basis.CONSENT
    row, created = Subscription.objects.get_or_create(
        workspace_id=contact.workspace_id, list=one, contact=contact, defaults={"basis": basis}
    )
    if not created and row.status != Subscription.Status.SUBSCRIBED:
        Subscription.objects.filter(pk=row.pk).update(
            status=Subscription.Status.SUBSCRIBED,
            unsubscribed_at=None,
            subscribed_at=timezone.now(),
            basis=basis,
            basis_note="",
        )

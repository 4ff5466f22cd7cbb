"""Public lists that a recipient may join from their preferences page: those with an open form.

Joining one is signing up by its form, with the address that is known: a mail asks to confirm,
since whoever was forwarded a mail can open the page too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.audience import suppression
from campaigns.audience.models import Contact, SignUpForm, Suppression
from campaigns.audience.sign_ups import signing_up, words


@dataclass(frozen=True)
class Offer:
    """A list, and what is agreed to by joining it."""

    form: SignUpForm
    notice: str


def offers(contact: Contact) -> Sequence[Offer]:
    """Return the public lists that the person is not on, and never was.

    None to whom no mail can ask to confirm, but for who stopped all mail themselves.
    """
    found = suppression.reasons(contact.workspace_id, contact.email)
    if any(one.reason != Suppression.Reason.UNSUBSCRIBED_ALL for one in found):
        return []
    forms = SignUpForm.objects.filter(
        workspace=contact.workspace_id, is_open=True, sender__isnull=False
    ).exclude(list__subscriptions__contact=contact)
    forms = forms.select_related("list", "workspace").order_by("list__name")
    return [Offer(form, words.notice(form)) for form in forms]


def ask(contact: Contact, list_id: int, language: str) -> int | None:
    """Keep that the person asked for a list, and return what a worker is told to mail."""
    for offer in offers(contact):
        if offer.form.list_id == list_id:
            asked = signing_up.Asked(contact.email, language=language)
            return signing_up.ask(offer.form, asked)
    return None

"""People change their address: the one they have is asked by a mailed link, and then the new one.

Mails get forwarded, and whoever has one can ask for a change. Were only the new mailbox asked,
they could move somebody to their own, and read there all that is kept. So who has the old one
agrees first; they got there by a mail to it, so that they read it. It is told at the end, too.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts import encryption
from campaigns.accounts.models import Sender
from campaigns.audience import addresses, languages, letters, people, suppression
from campaigns.audience.letters import Letter
from campaigns.audience.models import Contact, Suppression

LASTS = timedelta(days=1)
APART = timedelta(minutes=5)
_SALT = "campaigns.audience.moving"
_IN_VAIN = (
    Suppression.Reason.HARD_BOUNCE,
    Suppression.Reason.SOFT_BOUNCES,
    Suppression.Reason.COMPLAINT,
)


class MovingError(Exception):
    """The address cannot be changed by this link any more."""


@dataclass(frozen=True)
class Move:
    """Who wants which address instead of theirs."""

    contact: Contact
    email: str
    # Said in the mailbox that they have; else it is still to be asked.
    is_agreed: bool


def sender_of(contact: Contact) -> Sender | None:
    """Return who writes to the person about themselves: the sender of the workspace."""
    return contact.workspace.senders.order_by("pk").first()


def is_possible(contact: Contact) -> bool:
    """Whether somebody can ask the address that the person has, and would be heard."""
    stops = suppression.reasons(contact.workspace_id, contact.email)
    return sender_of(contact) is not None and not any(one.reason in _IN_VAIN for one in stops)


def may_ask(contact: Contact, *, is_agreed: bool = False) -> bool:
    """Count the question as asked, and say whether a mail may go now: to the new one if agreed."""
    kind = "agreed" if is_agreed else "asked"
    return cache.add(f"audience:moving:{kind}:{contact.pk}", kind, APART.total_seconds())


def wrap(email: str) -> str:
    """Return an address so that no broker, log or address bar on its way tells it."""
    return base64.urlsafe_b64encode(encryption.seal({"email": email})).decode()


def unwrap(text: str) -> str:
    """Return the address again. Raises `MovingError`."""
    try:
        return str(encryption.unseal(base64.urlsafe_b64decode(text))["email"])
    except (encryption.EncryptionError, ValueError, KeyError) as error:
        raise MovingError from error


def ask(contact: Contact, email: str) -> bool:
    """Mail the address that the person has a link to agree by, and say whether that went."""
    if not is_possible(contact):
        return False
    with languages.speaking(languages.of_contact(contact)):
        names = {"sender": contact.workspace.name, "new": addresses.readable(email)}
        said = _(
            "Somebody, we hope you, asked that the mails of %(sender)s come to %(new)s "
            "instead of this address."
        )
        return _post(Move(contact, email, is_agreed=False), contact.email, said % names)


def mail(contact: Contact, email: str) -> bool:
    """Mail the new address its link, and say whether the server took it.

    An address that must not be mailed gets none.
    """
    if suppression.find(contact.workspace_id, email):
        return False
    with languages.speaking(languages.of_contact(contact)):
        names = {"sender": contact.workspace.name, "old": addresses.mask(contact.email)}
        said = _("The mails of %(sender)s to %(old)s are to come to this address instead.")
        return _post(Move(contact, email, is_agreed=True), email, said % names)


def open_sealed(text: str) -> Move:
    """Return what a link asks for. Raises `MovingError`, also when they have moved elsewhere."""
    try:
        pk, wrapped, start, is_agreed = signing.loads(text, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise MovingError from error
    contact = Contact.objects.select_related("workspace").filter(pk=pk).first()
    if contact is None:
        raise MovingError
    email = unwrap(wrapped)
    if start != _start(contact) and contact.email_key != addresses.key(email):
        raise MovingError
    return Move(contact, email, bool(is_agreed))


@transaction.atomic
def move(contact: Contact, email: str) -> bool:
    """Give the person their new address, and say whether this call did. Raises `MovingError`."""
    key = addresses.key(email)
    owner = people.by_address(contact.workspace_id, email)
    if owner is not None and owner.pk == contact.pk and owner.email_key == key:
        return False
    is_taken = owner is not None and owner.pk != contact.pk
    if is_taken or suppression.find(contact.workspace_id, email):
        raise MovingError
    mine = Contact.objects.filter(pk=contact.pk, email_key=contact.email_key)
    fingerprint = addresses.fingerprint(contact.workspace_id, key)
    try:
        with transaction.atomic():
            moved = mine.update(
                email=email, email_key=key, fingerprint=fingerprint, updated_at=timezone.now()
            )
    except IntegrityError as error:
        # Somebody of this address came at the same moment.
        raise MovingError from error
    if not moved:
        raise MovingError
    return True


def tell_the_old(contact: Contact, old: str) -> bool:
    """Tell the mailbox that gets nothing any more, in case its owner did not ask for it.

    Also where nothing is mailed to it otherwise. Who was forwarded a mail can ask for the
    change, and only this letter tells the owner, who did not agree to it by wanting no news.
    It is no mailing, and no more than one letter for a change. But where mails do not arrive,
    or are reported as spam, nobody would read it, and it would harm who sends it.
    """
    sender = sender_of(contact)
    stops = suppression.reasons(contact.workspace_id, old)
    if sender is None or any(one.reason in _IN_VAIN for one in stops):
        return False
    with languages.speaking(languages.of_contact(contact)):
        text = letters.signed(
            sender,
            _("The mails of %(sender)s go to another address from now on, as was asked for.")
            % {"sender": contact.workspace.name},
            _("If it was not you, write to us by answering this mail."),
        )
        return letters.post(Letter(sender, old, _("Your address was changed"), text))


def _post(asked: Move, to: str, said: str) -> bool:
    sender = sender_of(asked.contact)
    if sender is None:
        return False
    told = [asked.contact.pk, wrap(asked.email), _start(asked.contact), asked.is_agreed]
    path = reverse("audience:move", args=[signing.dumps(told, salt=_SALT)])
    text = letters.signed(
        sender,
        said,
        _("Open this page and press the button to confirm. It works for a day:"),
        settings.PUBLIC_URL + path,
        letters.not_you(),
    )
    return letters.post(Letter(sender, to, _("Please confirm your new address"), text))


def _start(contact: Contact) -> str:
    """Stand for the address that a link leads away from: of use once, from there alone."""
    return bytes(contact.fingerprint).hex()

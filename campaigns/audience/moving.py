"""People change their address: the new one is mailed a link, and counts once it is confirmed.

Who found somebody's mail can so not move them away: only the owner of a new mailbox can
confirm it, and the old one is told.
"""

from __future__ import annotations

import base64
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
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


def sender_of(contact: Contact) -> Sender | None:
    """Return who writes to the person about themselves: the sender of the workspace."""
    return contact.workspace.senders.order_by("pk").first()


def may_ask(contact: Contact) -> bool:
    """Count the question as asked, and say whether a mail may go to a new address now."""
    return cache.add(f"audience:moving:{contact.pk}", "asked", APART.total_seconds())


def wrap(email: str) -> str:
    """Return an address so that no broker, log or address bar on its way tells it."""
    return base64.urlsafe_b64encode(encryption.seal({"email": email})).decode()


def unwrap(text: str) -> str:
    """Return the address again. Raises `MovingError`."""
    try:
        return str(encryption.unseal(base64.urlsafe_b64decode(text))["email"])
    except (encryption.EncryptionError, ValueError, KeyError) as error:
        raise MovingError from error


def mail(contact: Contact, email: str) -> bool:
    """Mail the new address its link, and say whether the server took it.

    An address that must not be mailed gets none.
    """
    sender = sender_of(contact)
    if sender is None or suppression.find(contact.workspace_id, email):
        return False
    sealed = signing.dumps([contact.pk, wrap(email)], salt=_SALT)
    link = settings.PUBLIC_URL + reverse("audience:move", args=[sealed])
    with languages.speaking(languages.of_contact(contact)):
        names = {"sender": contact.workspace.name, "old": addresses.mask(contact.email)}
        text = letters.signed(
            sender,
            _("The mails of %(sender)s to %(old)s are to come to this address instead.") % names,
            _("Open this page and press the button to confirm. It works for a day:"),
            link,
            letters.not_you(),
        )
        return letters.post(Letter(sender, email, _("Please confirm your new address"), text))


def open_sealed(text: str) -> tuple[Contact, str]:
    """Return whose link this is, and the new address. Raises `MovingError`."""
    try:
        pk, wrapped = signing.loads(text, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise MovingError from error
    contact = Contact.objects.select_related("workspace").filter(pk=pk).first()
    if contact is None:
        raise MovingError
    return contact, unwrap(wrapped)


@transaction.atomic
def move(contact: Contact, email: str) -> None:
    """Give the person their new address. Raises `MovingError`."""
    key = addresses.key(email)
    owner = people.by_address(contact.workspace_id, email)
    is_taken = owner is not None and (owner.pk != contact.pk or owner.email_key == key)
    if is_taken or suppression.find(contact.workspace_id, email):
        raise MovingError
    mine = Contact.objects.filter(pk=contact.pk, email_key=contact.email_key)
    fingerprint = addresses.fingerprint(contact.workspace_id, key)
    try:
        with transaction.atomic():
            moved = mine.update(email=email, email_key=key, fingerprint=fingerprint)
    except IntegrityError as error:
        # Somebody of this address came at the same moment.
        raise MovingError from error
    if not moved:
        raise MovingError


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

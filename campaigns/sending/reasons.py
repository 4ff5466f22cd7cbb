"""Why mails did not arrive, in a marketer's words, with what to do about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import reasons as questions
from campaigns.sending.querysets.reasons import GroupRow

# Kind: what it is called, and what to do. The kinds are those of the querysets.
WORDS: dict[str, tuple[Promise, Promise]] = {
    "unmade": (
        _("The mail could not be made"),
        _("Something in these people's data does not fit the content. Mend either, then retry."),
    ),
    "no_mailbox": (
        _("The mailbox does not exist"),
        _("Trying again changes nothing. Correct the address if it is mistyped, else remove it."),
    ),
    "closed": (
        _("The mailbox is closed"),
        _("The person does not use this address any more. Ask for another one."),
    ),
    "full": (
        _("The mailbox is full"),
        _("It may have room on another day. Whose mailbox stays full has mostly left it."),
    ),
    "no_domain": (
        _("The address leads nowhere"),
        _("The part after the @ has no working mail server. Look for typing mistakes."),
    ),
    "address": (
        _("The address is not valid"),
        _("The server does not take it for an address. Correct it, then retry."),
    ),
    "rate": (
        _("The server got too much from you at once"),
        _(
            "Set a limit for this mailbox provider on the sender's page, and let a new sender warm"
            " up. Then try these again."
        ),
    ),
    "sender": (
        _("The server doubts that the mail is from you"),
        _("Set up SPF, DKIM and DMARC for the domain you send from, then retry."),
    ),
    "spam": (
        _("The server took the mail for spam"),
        _(
            "Do not send it again as it is. Look at the content, and whether your domain or mail "
            "server is on a blocklist."
        ),
    ),
    "relay": (
        _("Your mail server does not send to this address"),
        _("It may want another login or From address. Look at the provider's settings."),
    ),
    "large": (
        _("The mail is too large"),
        _("Make it smaller: most servers take 10 MB, some much less."),
    ),
    "busy": (
        _("The server kept asking us to come back later"),
        _("It may take the mail on another day."),
    ),
    "provider": (
        _("Your provider refused it"),
        _("Often the address is on the provider's own stop list. Look at its website."),
    ),
    "refused": (
        _("The server refused it"),
        _("Its answer says why. Retry when that has changed."),
    ),
}


@dataclass(frozen=True)
class Group:
    """People whose mail did not arrive for one reason."""

    row: GroupRow

    @property
    def title(self) -> Promise:
        return WORDS[self.row.kind][0]

    @property
    def advice(self) -> Promise:
        return WORDS[self.row.kind][1]

    @property
    def is_given_up(self) -> bool:
        """Whether it was tried again and again until its time was over."""
        return self.row.state == Delivery.State.EXPIRED


def groups(campaign: Campaign) -> Sequence[Group]:
    """Return why mails of the campaign did not arrive, the commonest reason first."""
    return [Group(row) for row in questions.groups(campaign.pk)]

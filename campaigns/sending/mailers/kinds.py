"""What each provider's API can do, as one table: a new provider is a row here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from campaigns.accounts.models import Provider

Kind = Provider.Kind

# Without an idempotency key a lost answer makes the whole batch unknown.
KEYLESS = 20


class Batch(Enum):
    """How one call carries many mails that are each like a call of their own."""

    # The call takes a list of whole mails.
    LIST = auto()
    # The call takes one text with merge fields, and each recipient's values.
    FIELDS = auto()


@dataclass(frozen=True)
class Traits:
    """What an API offers."""

    # Its own open and click tracking can be switched off message by message.
    tracking_switch: bool = True
    # It gives our name for the mail back with its events.
    metadata: bool = True
    # It takes a key with a call, and for so many seconds takes a call with that key only once.
    idempotent: float = 0
    batch: Batch | None = None
    most: int = 1


# The others send one mail a call. SparkPost says how many of a batch it refused and not
# which; Mandrill, MailerSend and Scaleway have no headers per recipient, so no personal
# List-Unsubscribe; Unisender Go has that one and no Message-ID; Brevo does not say whether
# each mail of a batch may have a text of its own; SES merges only what is stored there.
TRAITS: Mapping[str, Traits] = {
    Kind.MAILGUN: Traits(batch=Batch.FIELDS, most=KEYLESS),
    Kind.POSTMARK: Traits(batch=Batch.LIST, most=KEYLESS),
    Kind.AMAZON_SES: Traits(tracking_switch=False),
    # Its pages say 15 minutes and 30 minutes.
    Kind.BREVO: Traits(tracking_switch=False, idempotent=900),
    Kind.MAILJET: Traits(batch=Batch.LIST, most=KEYLESS),
    Kind.SENDGRID: Traits(batch=Batch.FIELDS, most=KEYLESS),
    Kind.SPARKPOST: Traits(),
    Kind.RESEND: Traits(tracking_switch=False, idempotent=86_400, batch=Batch.LIST, most=100),
    Kind.MAILERSEND: Traits(metadata=False),
    Kind.MAILTRAP: Traits(tracking_switch=False, batch=Batch.LIST, most=KEYLESS),
    Kind.MANDRILL: Traits(),
    Kind.POSTAL: Traits(tracking_switch=False, metadata=False),
    Kind.SCALEWAY: Traits(tracking_switch=False),
    Kind.UNISENDER_GO: Traits(),
}

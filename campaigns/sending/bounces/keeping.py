"""Set a sender's bounce mailbox up, and say how it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.accounts.models import Sender
from campaigns.sending.bounces.models import BounceMail, BounceMailbox

_NOT_UNDERSTOOD = {BounceMail.Verdict.FOREIGN, BounceMail.Verdict.UNREADABLE}


@dataclass(frozen=True)
class Summary:
    """What was found in a mailbox lately: in all, and by what it was."""

    understood: int
    left: int
    rows: Sequence[tuple[Any, int]]


def keep(mailbox: BounceMailbox) -> None:
    """Save a mailbox, to be read at the next tick."""
    mailbox.next_at = timezone.now()
    mailbox.trouble, mailbox.failures = "", 0
    try:
        with transaction.atomic():
            mailbox.save()
    except IntegrityError:
        # Somebody else named the sender's mailbox at the same moment: the later one counts.
        mailbox.pk = BounceMailbox.objects.values_list("pk", flat=True).get(sender=mailbox.sender)
        mailbox.save(force_update=True)


def drop(sender: Sender) -> bool:
    """Read the sender's bounces no more, and say whether they were read."""
    deleted, _rows = BounceMailbox.objects.filter(sender=sender).delete()
    return deleted > 0


def summary(mailbox: BounceMailbox) -> Summary:
    """Count what was found in the mailbox, as long as it is known."""
    counts = mailbox.mails.counts()
    rows = [(verdict.label, counts[verdict]) for verdict in BounceMail.Verdict if verdict in counts]
    left = sum(counts.get(verdict, 0) for verdict in _NOT_UNDERSTOOD)
    return Summary(understood=sum(counts.values()) - left, left=left, rows=rows)

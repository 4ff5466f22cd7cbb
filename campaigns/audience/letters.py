"""Letters to one person at a time: please confirm, welcome, your new address.

They go out by the sender of the list, through whatever takes its campaigns' mails. That is
known to a higher room, which says here how to post one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.accounts.models import Sender


@dataclass(frozen=True)
class Letter:
    """A plain mail to one address."""

    sender: Sender
    to: str
    subject: str
    text: str
    # Offered to mail programs as one-click unsubscribing; only where there is a subscription.
    one_click: str = ""


Post = Callable[[Letter], bool]
_post: list[Post] = []


def register_post(function: Post) -> None:
    """Let `function` hand letters over, and say whether the server took one."""
    _post[:] = [function]


def post(letter: Letter) -> bool:
    """Hand a letter over, and say whether the sender's server took it."""
    return bool(_post) and _post[0](letter)


def signed(sender: Sender, *paragraphs: str) -> str:
    """Return a letter's text with who it is from at its end, as the law wants it."""
    workspace = sender.workspace
    ending = f"{workspace.name}\n{workspace.postal_address}"
    return "\n\n".join([*filter(None, paragraphs), f"-- \n{ending}"])


def not_you() -> str:
    """Say what to do for who did not ask for the letter."""
    return _("If you did not ask for this, do nothing: nothing happens without you.")

"""Who may do what. Closed unless opened: a reader looks, a marketer works, an owner decides.

A view without a mark is open to readers for looking (GET) and to marketers for everything
else; `role_required` moves that line. `WorkspaceMiddleware` asks `may` before each view, so
that a forgotten mark closes a door instead of leaving one open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest

from campaigns.accounts.models import Member

View = TypeVar("View", bound=Callable[..., object])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_RANKS: dict[str, int] = {Member.Role.READER: 0, Member.Role.MARKETER: 1, Member.Role.OWNER: 2}
_ATTRIBUTE = "needed_roles"


@dataclass(frozen=True)
class Needed:
    """The least roles that a view asks for."""

    to_look: Member.Role = Member.Role.READER
    to_change: Member.Role = Member.Role.MARKETER
    # A view about the person alone opens to whoever is signed in, even without a workspace.
    workspace: bool = True


def role_required(
    role: Member.Role, *, to_look: Member.Role | None = None
) -> Callable[[View], View]:
    """Open a view to members of at least `role`; looking may need less, by `to_look`."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, Needed(to_look=to_look or role, to_change=role))
        return view

    return mark


def any_role(view: View) -> View:
    """Open a view to whoever is signed in: it is about the person, not the workspace."""
    setattr(view, _ATTRIBUTE, Needed(to_change=Member.Role.READER, workspace=False))
    return view


def needed(view: Callable[..., object]) -> Needed:
    """What the view asks for."""
    found: Needed = getattr(view, _ATTRIBUTE, Needed())
    return found


def may(role: str, request: HttpRequest, view: Callable[..., object]) -> bool:
    """Whether a member with `role` may send this request to the view."""
    asks = needed(view)
    return at_least(role, asks.to_look if request.method in SAFE_METHODS else asks.to_change)


def at_least(role: str, required: str) -> bool:
    """Whether `role` is `required` or more."""
    return _RANKS[role] >= _RANKS[required]

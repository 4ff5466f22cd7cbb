"""Let programs in by their key, or say what keeps them out.

A key opens what its scopes say, and never more than the member may for whom it acts.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from campaigns.accounts import roles
from campaigns.accounts.api_keys import making, querysets
from campaigns.accounts.models import ApiKey, Member

LONGEST = 100
_WRITING = frozenset(
    {
        ApiKey.Scope.LISTS_WRITE,
        ApiKey.Scope.CONTACTS_WRITE,
        ApiKey.Scope.SUPPRESSIONS_WRITE,
    }
)


class TooManyError(Exception):
    """The key asked more than its share of this minute; `seconds` says when there is more."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def find(text: str) -> ApiKey | None:
    """Return the key that this text is, with whom it acts for, if it opens anything now."""
    if not text.startswith(making.BEGINNING) or len(text) > LONGEST:
        return None
    found = ApiKey.objects.open().filter(digest=making.digest(text))
    return found.select_related("workspace", "member__user").first()


def count(key: ApiKey) -> None:
    """Count a request of the key, in all processes together. Raises `TooManyError`."""
    today = timezone.localdate(timezone=key.workspace.zone)
    requests, seconds = querysets.count_request(key.pk, today)
    if requests > settings.API_REQUESTS_A_MINUTE:
        raise TooManyError(seconds)


def missing(key: ApiKey, wanted: Iterable[str]) -> list[str]:
    """Return those of the scopes that the key lacks."""
    return [scope for scope in wanted if scope not in key.scopes]


def may(key: ApiKey, wanted: Iterable[str]) -> bool:
    """Whether the member may do it for whom the key acts: readers look, and change nothing."""
    if key.member is None:
        return False
    needed = Member.Role.READER if _WRITING.isdisjoint(wanted) else Member.Role.MARKETER
    return roles.at_least(key.member.role, needed)

"""The people that a page of contacts, a file or a change of many asks for by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.accounts.models import Workspace
from campaigns.audience import acting, browsing, numbers
from campaigns.audience.acting import Deed
from campaigns.audience.models import List, Segment
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import applying


@dataclass(frozen=True)
class Question:
    """What an address asks for, as far as it names rows of the workspace.

    `is_of_what_is_gone`: it names one that is not there. Then `people` are nobody: whoever kept
    the page of a segment open while it was deleted must not change everybody.
    """

    list: List | None
    segment: Segment | None
    deed: Deed | None
    people: ContactQuerySet
    is_of_what_is_gone: bool

    @property
    def list_id(self) -> int | None:
        """The number of the list, if one is named."""
        return self.list.pk if self.list else None


def asked(workspace: Workspace, params: Mapping[str, str]) -> Question:
    """Read the list, the segment and the deed that `params` name, and whose people they are."""
    one = workspace.lists.filter(pk=numbers.identity(params.get("list", ""))).first()
    segment = applying.asked(workspace, params)
    deed = acting.asked(workspace.pk, params)
    named = {"list": one, "segment": segment, "did": deed}
    is_gone = any(params.get(name) and found is None for name, found in named.items())
    people = workspace.contacts.none() if is_gone else workspace.contacts.all()
    if segment:
        people = applying.among(people, [segment])
    if deed:
        people = deed.narrow(people)
    return Question(one, segment, deed, people, is_gone)


def people(workspace: Workspace, params: Mapping[str, str]) -> ContactQuerySet:
    """Return everybody that the question finds, also of a search that finds too many to show."""
    found = asked(workspace, params)
    return browsing.browse(found.people, params, found.list_id, whole=True)

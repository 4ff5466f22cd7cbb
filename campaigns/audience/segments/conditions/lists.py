"""Conditions about lists: who is on one, who is not, who left it, and since when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import List, Subscription
from campaigns.audience.segments import crowds
from campaigns.audience.segments.conditions import anniversaries, texts
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Asking, How, Thing, Values, What, fact

SUBJECT = _("Lists")
ON, LEFT = Subscription.Status.values
LIST = Parameter("list", Kind.THING, _("List"), thing="list")


def _stands(who: Asking, values: Values, status: str) -> Q:
    """Whether they stand so with the list, or with any: by bits, where many are asked."""
    one = (values["list"],) if "list" in values else None
    found = None
    if not who.few:
        # Also with those that are being deleted, as their subscriptions say.
        every = List.everything.filter(workspace=who.workspace_id)
        found = crowds.standing(one or tuple(every.values_list("pk", flat=True)), status)
    return found or _on(values, status=status)


def _on(values: Values, **facts: Any) -> Q:
    rows = Subscription.objects.filter(contact=OuterRef("pk"), **facts)
    return Q(Exists(rows.filter(list=values["list"]) if "list" in values else rows))


def _joined(who: Asking, values: Values, first: date | None, end: date | None) -> Q:
    facts: dict[str, Any] = {"status": Subscription.Status.SUBSCRIBED}
    if first is not None:
        facts["subscribed_at__gte"] = who.start_of(first)
    if end is not None:
        facts["subscribed_at__lt"] = who.start_of(end)
    return _on(values, **facts)


def _joined_around(who: Asking, values: Values, days: Sequence[str]) -> Q:
    rows = Subscription.objects.subscribed().filter(contact=OuterRef("pk"), list=values["list"])
    return Q(Exists(rows.filter(anniversaries.of_moment(who, "subscribed_at", days))))


def _how(label: Any, sentence: Any, status: str, *, no: bool = False, some: bool = True) -> How:
    def answer(who: Asking, values: Values) -> Any:
        found = _stands(who, values, status)
        return fact(~found if no else found)

    return How(label, answer, sentence, (LIST,) if some else ())


def _names(workspace_id: int, ids: Collection[int]) -> Mapping[int, str]:
    mine = List.objects.filter(workspace=workspace_id, pk__in=ids)
    return dict(mine.values_list("pk", "name"))


def _options(workspace_id: int) -> list[tuple[int, str]]:
    mine = List.objects.filter(workspace=workspace_id).order_by("name")
    return list(mine.values_list("pk", "name"))


def _of_a_list(hows: Mapping[str, How]) -> dict[str, How]:
    return {
        name: How(how.label, how.answer, how.sentence, (LIST, *how.parameters))
        for name, how in hows.items()
    }


THINGS = (Thing("list", _("a list"), _names, _options),)
WHATS = (
    What(
        "list",
        SUBJECT,
        _("List"),
        {
            "on": _how(_("is on"), _("who are on the list “%(list)s”"), ON),
            "not_on": _how(_("is not on"), _("who are not on the list “%(list)s”"), ON, no=True),
            "left": _how(_("has left"), _("who have left the list “%(list)s”"), LEFT),
            "on_any": _how(_("is on any list"), _("who are on a list"), ON, some=False),
            "on_none": _how(_("is on no list"), _("who are on no list"), ON, no=True, some=False),
        },
    ),
    What(
        "joined",
        SUBJECT,
        _("Joined a list"),
        _of_a_list(
            texts.days(_joined, _("who joined “%(list)s”"))
            | anniversaries.anniversary(_joined_around, _("whose joining of “%(list)s”"))
        ),
    ),
)

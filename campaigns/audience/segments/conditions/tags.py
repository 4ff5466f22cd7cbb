"""Conditions about tags, and since when people have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import Tag, Tagging
from campaigns.audience.segments.conditions import texts
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Answer, Asking, How, Thing, Values, What, fact

SUBJECT = _("Tags")
TAG = Parameter("tag", Kind.THING, _("Tag"), thing="tag")


def _tagged(values: Values, **facts: Any) -> Q:
    rows = Tagging.objects.filter(contact=OuterRef("pk"), **facts)
    return Q(Exists(rows.filter(tag=values["tag"]) if "tag" in values else rows))


def _since(who: Asking, values: Values) -> Answer:
    return fact(_tagged(values, at__gte=who.start_of(who.days_ago(values["days"]))))


def _names(workspace_id: int, ids: Collection[int]) -> Mapping[int, str]:
    mine = Tag.objects.filter(workspace=workspace_id, pk__in=ids)
    return dict(mine.values_list("pk", "name"))


def _options(workspace_id: int) -> list[tuple[int, str]]:
    return list(
        Tag.objects.filter(workspace=workspace_id).order_by("name").values_list("pk", "name")
    )


THINGS = (Thing("tag", _("a tag"), _names, _options),)
WHATS = (
    What(
        "tag",
        SUBJECT,
        _("Tag"),
        {
            "has": How(
                _("has"),
                lambda _who, values: fact(_tagged(values)),
                _("who have the tag “%(tag)s”"),
                (TAG,),
            ),
            "has_not": How(
                _("has not"),
                lambda _who, values: fact(~_tagged(values)),
                _("who do not have the tag “%(tag)s”"),
                (TAG,),
            ),
            "got": How(
                _("has got in the last … days"),
                _since,
                _("who got the tag “%(tag)s” in the last %(days)s days"),
                (TAG, *texts.DAYS),
            ),
            "any": How(
                _("has any"), lambda _who, values: fact(_tagged(values)), _("who have a tag")
            ),
            "none": How(
                _("has none"), lambda _who, values: fact(~_tagged(values)), _("who have no tag")
            ),
        },
    ),
)

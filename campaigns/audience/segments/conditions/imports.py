"""Conditions about imports: by which file somebody came, or was put on its list.

An import's people and subscriptions all carry the moment when they appeared, as undoing knows.
Whom an import found here already it did not bring, and nothing says that it met them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from campaigns.audience.imports import arriving
from campaigns.audience.models import Import
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Answer, Asking, How, Thing, Values, What, fact

SUBJECT = _("Imports")
IMPORT = Parameter("import", Kind.THING, _("Import"), thing="import")
# As many as a person still finds something in.
OFFERED = 300


def _came(who: Asking, values: Values) -> Answer:
    return fact(arriving.brought_by(_chosen(who, values)))


def _was_listed(who: Asking, values: Values) -> Answer:
    return fact(arriving.put_on_list_by(_chosen(who, values)))


def _chosen(who: Asking, values: Values) -> QuerySet[Import]:
    mine = arriving.imports(who.workspace_id)
    return mine.filter(pk=values["import"]) if "import" in values else mine


def _names(workspace_id: int, ids: Collection[int]) -> Mapping[int, str]:
    mine = arriving.imports(workspace_id).select_related("workspace")
    return {one.pk: _called(one) for one in mine.filter(pk__in=ids)}


def _options(workspace_id: int) -> list[tuple[int, str]]:
    mine = arriving.imports(workspace_id).select_related("workspace")
    return [(one.pk, _called(one)) for one in mine[:OFFERED]]


def _called(one: Import) -> str:
    # Files are often called the same. Programs and workers, who have no clock set, ask as well.
    day = timezone.localtime(one.merged_at or one.created_at, one.workspace.zone)
    return f"{one.filename}, {date_format(day, 'j M Y, H:i')}"


def _not(answer: Any) -> Any:
    return lambda who, values: ~answer(who, values)


THINGS = (Thing("import", _("an import"), _names, _options),)
WHATS = (
    What(
        "import",
        SUBJECT,
        _("Came by import"),
        {
            "by": How(_("of the file"), _came, _("who came by the import “%(import)s”"), (IMPORT,)),
            "not_by": How(
                _("not of the file"),
                _not(_came),
                _("who did not come by the import “%(import)s”"),
                (IMPORT,),
            ),
            "listed": How(
                _("was put on a list by the file"),
                _was_listed,
                _("whom the import “%(import)s” put on its list"),
                (IMPORT,),
            ),
            "any": How(_("of any file"), _came, _("who came by an import")),
            "none": How(_("of no file"), _not(_came), _("who did not come by an import")),
        },
    ),
)

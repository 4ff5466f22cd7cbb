"""Conditions about where people read and on what: of those of whom that is kept."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Answer, Asking, How, Values, What
from campaigns.sending.querysets import segments as questions
from campaigns.sending.segments.mailings import SUBJECT

DEVICES = (("desktop", _("a computer")), ("mobile", _("a phone")), ("tablet", _("a tablet")))
COUNTRIES = Parameter("values", Kind.WORDS, _("Countries"), thing="country")
KINDS = Parameter("values", Kind.WORDS, _("Devices"), choices=DEVICES)


def _was(facet: str) -> Any:
    def answer(who: Asking, values: Values) -> Answer:
        rows = questions.did(who.workspace_id)
        yes = Q(Exists(rows.filter(**{f"{facet}__in": values["values"]})))
        known = Q(Exists(rows.exclude(**{facet: ""})))
        return Answer(yes, known & ~yes)

    return answer


WHATS = (
    What(
        "read_in",
        SUBJECT,
        _("Read in the country"),
        {"is": How(_("is one of"), _was("country"), _("who read in %(values)s"), (COUNTRIES,))},
        about_deeds=True,
    ),
    What(
        "device",
        SUBJECT,
        _("Read on"),
        {"is": How(_("is one of"), _was("device"), _("who read on %(values)s"), (KINDS,))},
        about_deeds=True,
    ),
)

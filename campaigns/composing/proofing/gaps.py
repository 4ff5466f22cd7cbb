"""How many of a mail's recipients have nothing where a merge tag asks for something."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import (
    Count,
    Expression,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.composing import freezing, merge_tags
from campaigns.composing.models import Campaign
from campaigns.composing.proofing.finding import Finding, Weight

_OUTPUT = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_TEST = re.compile(r"\{%-?\s*(?:if|elsif|unless|case)\b(.*?)%\}", re.DOTALL)
_FIELD = re.compile(r"\bcontact\.(\w+)")
_FALLBACK = re.compile(r"\|\s*default\s*:")


def findings(campaign: Campaign, people: QuerySet[Contact]) -> Iterator[Finding]:
    """Give the fields that some of `people` have not filled in, and what they would see."""
    used = fields_of(campaign)
    if not used:
        return
    total, empty = _count(people, used)
    for name, tag in used.items():
        if empty[name]:
            yield _finding(campaign, name, tag, empty[name], total)


def fields_of(campaign: Campaign) -> dict[str, str]:
    """Return the fields that the mail puts in, each with a tag that does so.

    One without a fallback goes before others. A field that a condition asks for is left out:
    the author has thought of those who have not filled it in.
    """
    revision = freezing.unregistered(campaign)
    source = "\n".join((revision.subject, revision.preheader, revision.html, revision.text))
    source = merge_tags.unescape(source)
    asked = {name for test in _TEST.findall(source) for name in _FIELD.findall(test)}
    found: dict[str, str] = {}
    for match in _OUTPUT.finditer(source):
        for name in _FIELD.findall(match[1]):
            if name not in asked and (name not in found or not _FALLBACK.search(match[1])):
                found[name] = match[0]
    return found


def _count(people: QuerySet[Contact], names: Collection[str]) -> tuple[int, dict[str, int]]:
    """Return how many people there are, and how many have nothing in each field."""
    # By number, as a field may be called what Django takes for a question.
    columns = {name: f"value_{number}" for number, name in enumerate(names)}
    values = {columns[name]: _value(name) for name in names}
    counts = {f"{one}_empty": Count("pk", filter=Q(**{one: ""})) for one in values}
    row = people.order_by().annotate(**values).aggregate(total=Count("pk"), **counts)
    return row["total"], {name: row[f"{columns[name]}_empty"] for name in names}


def _value(name: str) -> Expression:
    if name in merge_tags.PERSON_FIELDS:
        return ExpressionWrapper(F(name), TextField())
    return Coalesce(KeyTextTransform(name, "fields"), Value("", TextField()))


def _finding(campaign: Campaign, name: str, tag: str, empty: int, total: int) -> Finding:
    facts = {"n": intcomma(empty), "total": intcomma(total), "tag": tag}
    if _FALLBACK.search(tag):
        message = _("%(n)s of %(total)s recipients have nothing for %(tag)s and see your fallback.")
        return Finding(Weight.MAY, message % facts, at=tag, field=_field(campaign, tag))
    message = _(
        "%(n)s of %(total)s recipients have nothing for %(tag)s and see a gap there. Write what "
        'they see instead: {{ contact.%(name)s | default: "…" }}.'
    )
    facts["name"] = name
    return Finding(Weight.SHOULD, message % facts, at=tag, field=_field(campaign, tag))


def _field(campaign: Campaign, tag: str) -> str:
    for name in ("subject", "preheader"):
        if tag in merge_tags.unescape(getattr(campaign, name)):
            return name
    return "body"

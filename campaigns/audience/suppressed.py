"""Who must not be mailed, as conditions of questions about contacts."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import (
    BooleanField,
    Exists,
    F,
    Func,
    Manager,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import Exact


class _IsAbove(Func):
    """Whether a domain is that of an address, or above it."""

    arg_joiner = " = ANY(audience_domains("
    template = "(%(expressions)s)))"
    output_field = BooleanField()


def reasons() -> list[Q]:
    """Return each that stops a contact: the address, its domain, the one above, any further.

    An equality is one join over all contacts, where to look up all the domains of each takes
    several times as long. So that is left for the few with four labels and more, of whom two
    equalities do not know everything. Together they say what `audience_domains` does.
    """
    host = _part(OuterRef("email_key"), "@", -1)
    above = Substr(host, StrIndex(host, Value(".")) + 1)
    domains = _mine("SuppressedDomain")
    is_short = Exact(_part(_part(F("email_key"), "@", -1), ".", 4), Value(""))
    return [
        Q(Exists(_mine("Suppression").filter(fingerprint=OuterRef("fingerprint")))),
        Q(Exists(domains.filter(domain=host))),
        Q(Exists(domains.filter(domain=above, domain__contains="."))),
        ~Q(is_short) & Q(Exists(domains.filter(_IsAbove("domain", OuterRef("email_key"))))),
    ]


def is_suppressed() -> Q:
    """Return the condition that a contact must not be mailed."""
    return reduce(or_, reasons())


def _mine(model: str) -> QuerySet[Any]:
    # The models import this module for their managers.
    manager: Manager[Any] = apps.get_model("audience", model)._default_manager
    return manager.filter(workspace=OuterRef("workspace"))


def _part(text: Any, separator: str, number: int) -> Func:
    parts = (text, Value(separator), Value(number))
    return Func(*parts, function="split_part", output_field=TextField())

"""Conditions about a person: address, names, language, country, zone, when they were added."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.audience import addresses
from campaigns.audience.segments.conditions import anniversaries, texts
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import How, Values, What, fact

SUBJECT = _("The person")


def _filled(name: str) -> Any:
    return lambda _values: ~Q(**{name: ""})


def _one_of(name: str, called: Any, thing: str) -> dict[str, How]:
    words = (Parameter("values", Kind.WORDS, _("Which"), thing=thing),)

    def found(values: Values) -> Q:
        return Q(**{f"{name}__in": values["values"]})

    return {
        "is": How(
            _("is one of"),
            lambda _who, values: fact(found(values)),
            texts.said(called, _("is %(values)s")),
            words,
        ),
        "is_not": How(
            _("is none of"),
            lambda _who, values: fact(~found(values)),
            texts.said(called, _("is not %(values)s")),
            words,
        ),
    } | texts.known(_filled(name), called)


def _domain() -> How:
    def found(_who: Any, values: Values) -> Any:
        domain = str(values["value"]).removeprefix("@")
        return fact(Q(email_key__endswith=addresses.key(f"@{domain}")))

    return How(_("is at the domain"), found, _("whose address is at %(value)s"), texts.TEXT)


def _address(_values: Values, lookup: str, value: str) -> Q:
    """Compare an address with what members read, which is not what is kept of its domain."""
    if not value.isascii():
        value = addresses.key(value) if "@" in value else addresses.key(f"@{value}")[1:]
    return Q(**{f"email__{lookup}": value})


WHATS = (
    What(
        "email",
        SUBJECT,
        _("E-mail address"),
        {"domain": _domain()}
        | {
            how: one
            for how, one in texts.text(_address, _filled("email"), _("whose address")).items()
            if how not in ("known", "unknown")
        },
    ),
    What(
        "first_name",
        SUBJECT,
        _("First name"),
        texts.text(texts.column("first_name"), _filled("first_name"), _("whose first name")),
    ),
    What(
        "last_name",
        SUBJECT,
        _("Last name"),
        texts.text(texts.column("last_name"), _filled("last_name"), _("whose last name")),
    ),
    What("language", SUBJECT, _("Language"), _one_of("language", _("whose language"), "language")),
    What("country", SUBJECT, _("Country"), _one_of("country", _("whose country"), "country")),
    What("time_zone", SUBJECT, _("Time zone"), _one_of("time_zone", _("whose time zone"), "zone")),
    What(
        "added",
        SUBJECT,
        _("Added"),
        texts.days(texts.moments("created_at"), _("who were added"))
        | anniversaries.anniversary(
            lambda who, _values, days: anniversaries.of_moment(who, "created_at", days),
            _("whose day of being added"),
        ),
    ),
)

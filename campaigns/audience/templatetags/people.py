"""Show what is kept of people."""

from __future__ import annotations

from babel import Locale
from django import template
from django.utils.translation import get_language

from campaigns.audience import fields
from campaigns.audience.models import Contact, Field

register = template.Library()


@register.filter
def value_of(contact: Contact, field: Field) -> str:
    """Return the contact's value of a field, as people read it."""
    return fields.shown(field, contact.fields.get(field.key))


@register.filter
def country_name(code: str) -> str:
    """Return what a country is called, "Netherlands" for `NL`; the code where it is none."""
    return str(_locale().territories.get(code, code))


@register.filter
def language_name(code: str) -> str:
    """Return what a language is called, "Dutch" for `nl`; the code where it is none."""
    names = _locale().languages
    base, _dash, region = code.partition("-")
    return str(names.get(f"{base}_{region.upper()}") or names.get(base) or code)


def _locale() -> Locale:
    return Locale.parse((get_language() or "en").replace("-", "_"))

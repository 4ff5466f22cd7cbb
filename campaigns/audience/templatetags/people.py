"""Show what is kept of people."""

from __future__ import annotations

from django import template

from campaigns.audience import fields
from campaigns.audience.models import Contact, Field

register = template.Library()


@register.filter
def value_of(contact: Contact, field: Field) -> str:
    """Return the contact's value of a field, as people read it."""
    return fields.shown(field, contact.fields.get(field.key))

"""What a mail can say of a person, as the page for writing offers it: merge tags with examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Field, Segment
from campaigns.composing import fields, segmenting

_EXAMPLES = {
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "language": "en",
    "country": "GB",
    "time_zone": "Europe/London",
}


class Tag(NamedTuple):
    """A merge tag, what people call it, and what a mail may say there."""

    label: str
    source: str
    example: str = ""


def tags(asked: Sequence[tuple[str, str]], segments: Sequence[Segment]) -> list[Tag]:
    """Return what can be put into a mail: fields, with and without a fallback, parts, addresses."""
    return [*_of_fields(asked), *_of_segments(segments), *_addresses()]


def fields_of(workspace: Workspace) -> list[tuple[str, str]]:
    """Return what a condition can ask of a person: a name for people, and the field."""
    labels = _labels(workspace)
    return [(labels.get(name, name), name) for name in fields.names(workspace)]


def _of_fields(asked: Sequence[tuple[str, str]]) -> list[Tag]:
    fallback = _("%(field)s, or words of yours")
    found = [
        Tag(
            _("First name, or “friend”"),
            '{{ contact.first_name | default: "friend" }}',
            _("Ada, else friend"),
        )
    ]
    for label, name in asked:
        found.append(Tag(label, f"{{{{ contact.{name} }}}}", _EXAMPLES.get(name, "")))
        if name not in ("first_name", "email"):
            source = f'{{{{ contact.{name} | default: "…" }}}}'
            found.append(Tag(fallback % {"field": label}, source))
    return found


def _of_segments(segments: Sequence[Segment]) -> list[Tag]:
    return [
        Tag(
            _("Only for people in “%(name)s”") % {"name": one.name},
            f'{{% if contact.{segmenting.field(one.key)} == "in" %}}…{{% endif %}}',
        )
        for one in segments
    ]


def _addresses() -> list[Tag]:
    return [
        Tag(_("Unsubscribe address"), "{{ unsubscribe_url }}", "https://…"),
        Tag(_("Preferences address"), "{{ preferences_url }}", "https://…"),
        Tag(_("Address of this mail in a browser"), "{{ web_version_url }}", "https://…"),
        Tag(_("Address to say “keep me”"), "{{ stay_url }}", "https://…"),
    ]


def _labels(workspace: Workspace) -> dict[str, str]:
    own = Field.objects.filter(workspace=workspace).values_list("key", "label")
    return dict(own) | {
        "email": _("E-mail address"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "language": _("Language"),
        "country": _("Country"),
        "time_zone": _("Time zone"),
    }

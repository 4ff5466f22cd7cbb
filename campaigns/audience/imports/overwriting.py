"""Change people who are contacts already, as the import says: overwrite, fill in, or leave alone.

Part of merging, in its transaction, on its table of gathered people. What was there before is
kept for undoing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.audience import statements
from campaigns.audience.models import Import

_TEXTS = ("first_name", "last_name", "language", "country", "time_zone")

# {better} of two values is the one that is there afterwards. By a former address, see `former`,
# nothing is overwritten.
_FILL = "coalesce(nullif(contact.{name}, ''), gathered.{name})"
_OVERWRITE = f"""CASE WHEN gathered.former THEN {_FILL}
    ELSE coalesce(nullif(gathered.{{name}}, ''), contact.{{name}}) END"""
_FILL_FIELDS = "gathered.fields || contact.fields"
_FIELDS = {
    "overwrite": f"""CASE WHEN gathered.former THEN {_FILL_FIELDS}
    ELSE contact.fields || gathered.fields END""",
    "fill": _FILL_FIELDS,
}

_KEEP = """
INSERT INTO audience_importbefore (of_id, contact_id, values)
SELECT %(import)s, contact.id, jsonb_build_object({named}, 'fields', contact.fields)
FROM gathered JOIN audience_contact AS contact ON contact.id = gathered.contact_id
WHERE NOT gathered.is_new AND ({changes})
"""

_CHANGE = """
UPDATE audience_contact AS contact SET {texts}, fields = {fields}, updated_at = now()
FROM gathered
WHERE contact.id = gathered.contact_id AND NOT gathered.is_new AND ({changes})
"""


def change(policy: str, values: Mapping[str, Any]) -> int:
    """Change what the file knows better of people who were here; return how many changed."""
    if policy not in _FIELDS:
        return 0
    parts = _parts(policy)
    statements.run(_KEEP.format(**parts), values)
    return statements.run(_CHANGE.format(**parts), values)


def changes(one: Import) -> str:
    """Return the condition under which the file knows better of `contact` than we."""
    return _parts(one.known)["changes"] if one.known in _FIELDS else "false"


def better(policy: str) -> dict[str, str]:
    """Return what each value of `contact` is afterwards, the policy being no skipping."""
    template = _OVERWRITE if policy == "overwrite" else _FILL
    texts = {name: template.format(name=name) for name in _TEXTS}
    return texts | {"fields": _FIELDS[policy]}


def _parts(policy: str) -> dict[str, str]:
    new = better(policy)
    fields = new["fields"]
    changed = [f"{new[name]} <> contact.{name}" for name in _TEXTS]
    return {
        "texts": ", ".join(f"{name} = {new[name]}" for name in _TEXTS),
        "fields": fields,
        "named": ", ".join(f"'{name}', contact.{name}" for name in _TEXTS),
        "changes": " OR ".join([*changed, f"{fields} <> contact.fields"]),
    }

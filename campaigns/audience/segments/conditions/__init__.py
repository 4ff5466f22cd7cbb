"""The conditions that this room answers, by subject. Rooms above register theirs themselves."""

from campaigns.audience.segments import registry
from campaigns.audience.segments.conditions import (
    agreeing,
    imports,
    lists,
    oddities,
    own_fields,
    people,
    tags,
)


def register() -> None:
    """Let segments ask for all that this room knows."""
    registry.register_things(*lists.THINGS, *tags.THINGS, *imports.THINGS, *own_fields.THINGS)
    registry.register_parts("choice", own_fields.choices_of)
    registry.register(*people.WHATS, *oddities.WHATS, *own_fields.WHATS, *tags.WHATS)
    registry.register(*lists.WHATS, *imports.WHATS, *agreeing.WHATS)

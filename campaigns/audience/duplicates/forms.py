"""The form that makes two contacts one: which address is kept, and which value of each field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from campaigns.audience import changing, fields, suppression, suspecting
from campaigns.audience.models import Contact

PLAIN = ("first_name", "last_name", "language", "country", "time_zone")


class MergeForm(forms.Form):
    """A choice between two contacts for each thing that they say differently."""

    # As the member saw them: whoever was changed since is looked at again.
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, one: Contact, other: Contact, data: Mapping[str, Any] | None) -> None:
        self.sides = (one, other)
        self.own_fields = fields.of(one.workspace_id)
        super().__init__(data, initial={"seen": _seen(one, other)})
        choices = [(str(side.pk), side.email) for side in self.sides]
        for name in ("keep", *(name for name in self.names() if self.differs(name))):
            first = self._better() if name == "keep" else self._fuller(name)
            self.fields[name] = forms.ChoiceField(choices=choices, initial=str(first.pk))

    def names(self) -> list[str]:
        """Return what both may say, as `changing` names it, in the order of pages."""
        return [*PLAIN, *(changing.OWN + field.key for field in self.own_fields)]

    def differs(self, name: str) -> bool:
        """Whether there is something to choose."""
        one, other = (value_of(side, name) for side in self.sides)
        return bool(one != other)

    def is_stale(self) -> bool:
        """Whether one of them was changed since the page was made."""
        return str(self.cleaned_data["seen"]) != _seen(*self.sides)

    def chosen(self) -> tuple[Contact, Contact, dict[str, Any]]:
        """Return who is kept, who is merged into them, and the values that are kept."""
        kept, gone = sorted(self.sides, key=lambda side: str(side.pk) != self._said("keep"))
        values: dict[str, Any] = {name: value_of(self._of(name, kept), name) for name in PLAIN}
        own = {**gone.fields, **kept.fields}
        for field in self.own_fields:
            name = changing.OWN + field.key
            own[field.key] = value_of(self._of(name, kept), name)
        values["fields"] = {key: value for key, value in own.items() if value is not None}
        return kept, gone, values

    def _said(self, name: str) -> str:
        return str(self.cleaned_data[name])

    def _of(self, name: str, kept: Contact) -> Contact:
        """Whose value is kept: what both say alike is anybody's."""
        if name not in self.fields:
            return kept
        return next(side for side in self.sides if str(side.pk) == self._said(name))

    def _better(self) -> Contact:
        """Whose address is proposed: one that is mailed, and does not look mistyped."""
        return min(self.sides, key=_flaws)

    def _fuller(self, name: str) -> Contact:
        # No and nought are answers.
        full = (side for side in self.sides if value_of(side, name) not in (None, ""))
        return next(full, self.sides[0])


def value_of(contact: Contact, name: str) -> Any:
    """Return what is kept of a contact under a name of `changing`."""
    if name.startswith(changing.OWN):
        return contact.fields.get(name.removeprefix(changing.OWN))
    return getattr(contact, name)


def _flaws(contact: Contact) -> int:
    stopped = suppression.find(contact.workspace_id, contact.email) is not None
    return 2 * stopped + bool(suspecting.of(contact.email))


def _seen(one: Contact, other: Contact) -> str:
    return f"{one.updated_at.isoformat()} {other.updated_at.isoformat()}"

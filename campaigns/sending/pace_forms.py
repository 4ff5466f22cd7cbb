"""The form of a sender's limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.sending.pacing import domains
from campaigns.sending.pacing.limits import Key

MOST = 100_000_000
SECOND, HOUR, DAY = 1, 3600, 86_400
WHOLE = (
    ("per_second", SECOND, _("Mails a second")),
    ("per_hour", HOUR, _("Mails an hour")),
    ("per_day", DAY, _("Mails a day")),
)


class PaceForm(forms.Form):
    """How much a sender may mail, or a provider takes; what is empty is not limited."""

    def __init__(self, data: Any, *, limits: Mapping[Key, int], with_parts: bool = True) -> None:
        self.keys: dict[str, Key] = {name: ("", period) for name, period, _label in WHOLE}
        if with_parts:
            self.keys |= {f"{mailbox}_hour": (mailbox, HOUR) for mailbox in domains.NAMES}
        initial = {name: limits.get(key) for name, key in self.keys.items()}
        super().__init__(data, initial=initial)
        labels = {name: label for name, _period, label in WHOLE}
        labels |= {f"{mailbox}_hour": label for mailbox, label in domains.NAMES.items()}
        for name in self.keys:
            self.fields[name] = forms.IntegerField(
                label=labels[name], min_value=1, max_value=MOST, required=False
            )

    def wanted(self) -> dict[Key, int | None]:
        """Return every limit, None where there is to be none."""
        return {key: self.cleaned_data[name] for name, key in self.keys.items()}

    def whole(self) -> list[forms.BoundField]:
        """The limits of all mails."""
        return [self[name] for name, _period, _label in WHOLE]

    def parts(self) -> list[forms.BoundField]:
        """The limits of mailbox providers."""
        return [self[f"{mailbox}_hour"] for mailbox in domains.NAMES]

    def has_parts(self) -> bool:
        """Whether a mailbox provider has a limit, or a mistake."""
        return any(field.value() or field.errors for field in self.parts())

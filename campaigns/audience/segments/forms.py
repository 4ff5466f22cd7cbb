"""The form of a segment's name; its question is built beside it."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.audience.models import Segment


class SegmentForm(forms.Form):
    """What a segment is called."""

    name = LineField(
        label=_("Name"),
        max_length=120,
        help_text=_("For your team only, such as “Readers in Chile”."),
    )

    def __init__(self, segment: Segment, data: QueryDict | None = None, *, name: str = "") -> None:
        super().__init__(data, initial={"name": name or segment.name})

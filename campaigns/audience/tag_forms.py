"""Forms of tags: another name for one, and two made one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.audience import tags
from campaigns.audience.models import Tag


class TagForm(forms.Form):
    """A tag's name."""

    name = forms.CharField(label=_("Name"), max_length=200)

    def clean_name(self) -> str:
        try:
            return tags.clean(self.cleaned_data["name"])
        except tags.TagError as error:
            raise forms.ValidationError(str(error)) from error


class MergeTagForm(forms.Form):
    """The tag that takes the place of another."""

    into = forms.ModelChoiceField(
        label=_("Into"),
        queryset=Tag.objects.none(),
        empty_label=_("Choose a tag"),
        help_text=_("Whoever has this tag gets that one, and this one goes."),
    )

    def __init__(self, tag: Tag, data: Any = None) -> None:
        super().__init__(data)
        others = Tag.objects.filter(workspace=tag.workspace_id).exclude(pk=tag.pk)
        self.fields["into"].queryset = others.order_by("name")  # type: ignore[attr-defined]

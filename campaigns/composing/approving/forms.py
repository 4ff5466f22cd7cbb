"""What members write about a campaign, and whom they ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import User


class AskForm(forms.Form):
    """Whose yes a campaign needs."""

    def __init__(self, members: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"] = forms.ModelChoiceField(
            members, label=_("Who should say yes"), empty_label=_("Choose a member")
        )


class CommentForm(forms.Form):
    """A comment."""

    text = forms.CharField(
        label=_("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

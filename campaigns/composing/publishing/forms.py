"""How a list's public page is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.composing.models import PublicPage

if TYPE_CHECKING:
    _PageModelForm = forms.ModelForm[PublicPage]
else:
    _PageModelForm = forms.ModelForm


class PublicPageForm(_PageModelForm):
    """Open or closed, what it is called, and what comes onto it by itself."""

    title = LineField(label=_("Title"), max_length=120)
    about = LineField(label=_("What it is about"), max_length=500, required=False)
    shows_new = forms.BooleanField(
        label=_("Put new mails on it by themselves"),
        required=False,
        help_text=_("Those that go to the whole list. Mails to a part of it only when you say so."),
    )

    class Meta:
        model = PublicPage
        fields = ("is_open", "title", "about", "is_listed")
        labels = {"is_open": _("Everybody may read it")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("shows_new", self.instance.shows_new_since is not None)

    def save(self, commit: bool = True) -> PublicPage:
        """Keep it. What went out before the choice stays where it is."""
        page = self.instance
        if not self.cleaned_data["shows_new"]:
            page.shows_new_since = None
        elif page.shows_new_since is None:
            page.shows_new_since = timezone.now()
        return super().save(commit)

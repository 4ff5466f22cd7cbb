"""The form of a program's key."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.accounts.models import ApiKey


class ApiKeyForm(forms.Form):
    """What the key is for, and what it may do."""

    name = LineField(
        label=_("Name"),
        max_length=80,
        help_text=_("The program that will use it, such as “Web shop”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=ApiKey.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("No more than the program needs: whoever has the key can do all of it."),
    )

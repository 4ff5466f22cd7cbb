"""Forms about who is not mailed: look one up, stop many, allow one again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.audience import addresses, stopping

MOST_BYTES = 50 * 1024 * 1024


class EntryField(forms.CharField):
    """An address, or a domain: then without anything before an @-sign."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("E-mail address or domain"), max_length=254, **options)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return stopping.as_domain(text) or addresses.check(text)
        except addresses.AddressError as error:
            raise forms.ValidationError(str(error)) from error


class EntryForm(forms.Form):
    """One address or domain, to look up."""

    entry = EntryField()


class WhyForm(forms.Form):
    """Why what was stopped may be mailed again."""

    why = LineField(
        label=_("Why may it be mailed again?"),
        max_length=200,
        help_text=_("Kept in the record of what members did. Name no person."),
    )

    def clean_why(self) -> str:
        why: str = self.cleaned_data["why"]
        if "@" in why:
            raise forms.ValidationError(_("Leave addresses out of the reason."))
        return why


class LiftForm(WhyForm):
    """One address or domain that may be mailed again, and why."""

    entry = EntryField()


class StopForm(forms.Form):
    """Addresses and domains, pasted or in a file, that are not mailed from now on."""

    entries = forms.CharField(
        label=_("Addresses and domains"),
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("As many as you like, one a line. A domain stops its subdomains too."),
    )
    file = forms.FileField(
        label=_("Or a file of them"),
        required=False,
        help_text=_("CSV or Excel, one address or domain in each row."),
    )
    note = LineField(label=_("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        file = values.get("file")
        if self.errors:
            return values
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 50 MB. Split it."))
        try:
            found = stopping.read_file(file) if file else stopping.read_text(values["entries"])
        except stopping.StoppingError as error:
            raise forms.ValidationError(str(error)) from error
        if not found.keys and not found.domains:
            raise forms.ValidationError(_("There is no address and no domain in it."))
        values["found"] = found
        return values

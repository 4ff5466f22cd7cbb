"""The form that a mail's source is pasted into."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.composing.inspecting.source import LARGEST


class InspectForm(forms.Form):
    """A mail's source, pasted or as a file."""

    source = forms.CharField(
        label=_("The source of a mail"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "In Gmail: “Show original”. In Outlook: “View message source”. In Apple Mail: “Raw "
            "source”. In Thunderbird: Ctrl-U. The HTML alone does as well."
        ),
    )
    file = forms.FileField(
        label=_("The mail as a file (.eml)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".eml,.html,.htm,.txt,message/rfc822"}),
    )

    def clean(self) -> dict[str, Any]:
        """Keep what was given as bytes, under `mail`."""
        values = super().clean() or {}
        file = values.get("file")
        if file is not None and file.size > LARGEST:
            self.add_error("file", _("This file is too large: a mail may have 5 MB."))
            return values
        mail = file.read() if file is not None else values.get("source", "").encode()
        if len(mail) > LARGEST:
            self.add_error("source", _("This is too large: a mail may have 5 MB."))
        elif not mail.strip() and not self.errors:
            self.add_error("source", _("Paste the source of a mail, or choose its file."))
        return values | {"mail": mail}

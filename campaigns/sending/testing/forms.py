"""The form of a test: where it goes, whose data it shows, and which addresses to keep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import AddressField, LineField
from campaigns.accounts.models import Workspace
from campaigns.sending.models import TestGroup

# A test is read by colleagues; more of them at once is a campaign.
MOST = 25
_BETWEEN = re.compile(r"[\s,;]+")


class AddressesField(forms.CharField):
    """Some addresses, with commas, blanks or line breaks between them: each once, in order."""

    def clean(self, value: Any) -> list[str]:
        words = [word for word in _BETWEEN.split(super().clean(value)) if word]
        return list(dict.fromkeys(AddressField().clean(word) for word in words[: MOST + 1]))


class TestForm(forms.Form):
    """Where a test goes, and whose data it shows."""

    __test__ = False

    addresses = AddressesField(
        label=_("Send the test to"),
        required=False,
        max_length=8000,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "email"}),
        help_text=_("One address, or several with commas between them."),
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("And to these groups"),
        queryset=TestGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    contact = AddressField(
        label=_("As it would be for"),
        required=False,
        widget=forms.TextInput(
            attrs={"list": "test-people", "autocomplete": "off", "inputmode": "email"}
        ),
        help_text=_(
            "Begin to write a contact's name or address. Empty: somebody we know nothing of."
        ),
    )
    name = LineField(
        label=_("Keep the addresses above as a group"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("Its name, as in “Editors”")}),
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = workspace.test_groups.order_by("name")
        self.fields["groups"].queryset = groups  # type: ignore[attr-defined]

    @property
    def everybody(self) -> list[str]:
        """Whom the test goes to: each address once, those written down first."""
        groups: Sequence[TestGroup] = self.cleaned_data["groups"]
        found = [*self.cleaned_data["addresses"], *(to for one in groups for to in one.addresses)]
        return list(dict.fromkeys(found))

    def clean(self) -> None:
        if self.errors:
            return
        keeping = "keep" in self.data
        if keeping and not self.cleaned_data["name"]:
            self.add_error("name", _t("Give the group a name."))
        everybody = self.everybody
        if not (self.cleaned_data["addresses"] if keeping else everybody):
            self.add_error("addresses", _t("Say at least one address."))
        if len(everybody) > MOST:
            reason = _t("A test goes to %(most)d addresses at most.") % {"most": MOST}
            self.add_error("addresses", reason)

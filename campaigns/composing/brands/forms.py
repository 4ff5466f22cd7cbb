"""The form of a brand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.composing.blocks import document, rules
from campaigns.composing.blocks.look import OF_BRAND
from campaigns.composing.blocks.rules import BlocksError
from campaigns.composing.brands import looks
from campaigns.composing.brands.models import Brand

# Django's own class is generic for the type checker only.
if TYPE_CHECKING:
    _BrandModelForm = forms.ModelForm[Brand]
else:
    _BrandModelForm = forms.ModelForm


class BrandForm(_BrandModelForm):
    """Colours, fonts, logo, and a field for each network a link may lead to."""

    class Meta:
        model = Brand
        fields = (*looks.COLOURS, "font", "titles", "logo", "website")
        widgets = {name: forms.TextInput(attrs={"type": "color"}) for name in looks.COLOURS} | {
            "logo": forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
            "website": forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        }
        help_texts = {
            "logo": _("A PNG with nothing behind it also looks right in dark colours."),
            "website": _("Where the logo leads, and what templates link to."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = {link["name"]: link["href"] for link in self.instance.social}
        for network in document.NETWORKS:
            self.fields[f"social_{network}"] = forms.CharField(
                label=network,
                required=False,
                max_length=2000,
                initial=told.get(network, ""),
                widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
            )

    def social_fields(self) -> list[forms.BoundField]:
        """Return the fields of the networks, for the page."""
        return [self[f"social_{network}"] for network in document.NETWORKS]

    def clean(self) -> dict[str, Any]:
        """Keep colours, and addresses that a link or a picture may have."""
        values = super().clean() or {}
        for name in looks.COLOURS:
            self._colour(name, values.get(name))
        self._address("logo", values, rules.picture)
        for name in ("website", *(f"social_{network}" for network in document.NETWORKS)):
            self._address(name, values, rules.address)
        self.instance.social = [
            {"name": network, "href": values[f"social_{network}"]}
            for network in document.NETWORKS
            if values.get(f"social_{network}")
        ]
        return values

    def _colour(self, name: str, value: str | None) -> None:
        try:
            if rules.colour(value) == OF_BRAND:
                self.add_error(name, _("A colour looks like #1d4ed8."))
        except BlocksError as error:
            self.add_error(name, error.reason)

    def _address(self, name: str, values: dict[str, Any], rule: rules.Rule) -> None:
        if values.get(name) and not (
            rule(values[name]).startswith("http") and "{" not in values[name]
        ):
            self.add_error(name, _("A web address begins with https://."))

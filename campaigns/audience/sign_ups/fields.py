"""What a visitor fills in on a sign-up form, as its list asks for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.audience import suspecting, typed_values
from campaigns.audience.forms import AddressField
from campaigns.audience.models import Field, SignUpForm

# A field that people do not see; machines that fill in everything fill it in, too.
TRAP = "website"
# Where a page says that it has asked about this address.
AS_WRITTEN = "as_written"


class OwnField(forms.CharField):
    """One of the workspace's own fields, as its kind wants it written."""

    def __init__(self, field: Field) -> None:
        super().__init__(label=field.label, required=False, max_length=1000)
        self._field = field
        match field.kind:
            case Field.Kind.DATE:
                self.widget = forms.DateInput(attrs={"type": "date"})
            case Field.Kind.NUMBER:
                self.widget.attrs["inputmode"] = "decimal"
            case Field.Kind.YES_NO:
                self.widget = forms.Select(choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))])
            case Field.Kind.CHOICE:
                words = [(word, word) for word in field.choices]
                self.widget = forms.Select(choices=[("", "–"), *words])

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value)
        try:
            return typed_values.parse(self._field.kind, text, self._field.choices)
        except typed_values.TypedValueError as error:
            raise forms.ValidationError(str(error)) from error


class SignUpFields(forms.Form):
    """Address, and what else the list asks."""

    email = AddressField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    first_name = LineField(label=_("First name"), max_length=120, required=False)
    last_name = LineField(label=_("Last name"), max_length=120, required=False)

    def __init__(self, form: SignUpForm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An address that was asked about, for the page to send along.
        self.doubted = ""
        if not form.asks_name:
            del self.fields["first_name"], self.fields["last_name"]
        rows = Field.objects.staying().filter(workspace=form.workspace_id, key__in=form.fields)
        known = {field.key: field for field in rows}
        for key in form.fields:
            if key in known:
                self.fields[f"field_{key}"] = OwnField(known[key])

    def clean_email(self) -> str:
        """Ask once about an address that looks mistyped; who sends it again is right."""
        email: str = self.cleaned_data["email"]
        meant = suspecting.better(email)
        if meant and self.data.get(AS_WRITTEN) != email:
            self.doubted = email
            raise forms.ValidationError(
                _("Did you mean %(address)s? If yours is right as it is, press the button again.")
                % {"address": meant}
            )
        return email

    @property
    def own(self) -> dict[str, Any]:
        """The values of the workspace's own fields, without what was left empty."""
        return {
            name.removeprefix("field_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("field_") and value is not None
        }

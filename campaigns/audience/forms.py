"""Forms of the audience: lists and people. Those of imports are in `imports.forms`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.accounts.models import Workspace
from campaigns.audience import addresses, fields, people, vocabulary
from campaigns.audience.field_forms import ValueField
from campaigns.audience.models import Contact, List, Subscription, Tracking

if TYPE_CHECKING:
    _ListModelForm = forms.ModelForm[List]
    _ContactModelForm = forms.ModelForm[Contact]
else:  # The stubs know the model; Django's class cannot be told.
    _ListModelForm = _ContactModelForm = forms.ModelForm


class AddressField(forms.CharField):
    """An e-mail address, checked as imports check it."""

    widget = forms.EmailInput

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return addresses.check(text)
        except addresses.AddressError as error:
            raise forms.ValidationError(str(error)) from error


class ListForm(_ListModelForm):
    """A list's name, and what its readers are told about it."""

    name = LineField(label=_("Name"), max_length=120)
    description = LineField(
        label=_("Description"),
        max_length=300,
        required=False,
        help_text=_("One line that readers see when they choose what to get."),
    )

    policy = forms.ChoiceField(
        label=_("Whose opens and clicks may be recorded"),
        required=False,
        choices=[("", _("As the workspace says")), *Workspace.Policy.choices],
        help_text=_("The stricter of this and the workspace's rule counts."),
    )
    tracking = forms.ChoiceField(
        label=_("How much a mail to this list may record"),
        required=False,
        choices=[
            (Tracking.INDIVIDUAL, _("As much as the campaign and each person allow")),
            (Tracking.AGGREGATE, _("Totals only: nobody is told apart")),
            (Tracking.NONE, _("Nothing: no pixel, links untouched")),
        ],
        help_text=_("For a campaign to several lists, the strictest of them counts for all."),
    )

    class Meta:
        model = List
        fields = ("name", "description", "policy", "tracking")

    def clean_tracking(self) -> str:
        return str(self.cleaned_data["tracking"]) or self.instance.tracking

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = List.objects.filter(workspace=self.instance.workspace_id, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a list of this name already."))
        return name


class BasisForm(forms.Form):
    """On what basis a person is mailed."""

    basis = forms.ChoiceField(
        label=_("Why may you mail them?"),
        choices=Subscription.Basis.choices,
        widget=forms.RadioSelect,
    )
    basis_note = LineField(
        label=_("Note"),
        max_length=300,
        required=False,
        help_text=_("Where and when they asked, or the other basis in a few words."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("basis") == Subscription.Basis.OTHER and not values.get("basis_note"):
            self.add_error("basis_note", _("Say in a few words what the other basis is."))
        return values


class AddContactForm(BasisForm):
    """One person, put on a list by hand."""

    email = AddressField(label=_("E-mail address"))
    first_name = LineField(label=_("First name"), max_length=120, required=False)
    last_name = LineField(label=_("Last name"), max_length=120, required=False)
    field_order = ("email", "first_name", "last_name", "basis", "basis_note")


class ContactForm(_ContactModelForm):
    """What is kept of a person, with the workspace's own fields."""

    email = AddressField(label=_("E-mail address"))
    first_name = LineField(label=_("First name"), max_length=120, required=False)
    last_name = LineField(label=_("Last name"), max_length=120, required=False)
    language = LineField(
        label=_("Language"), max_length=60, required=False, help_text=_("Such as “nl” or “Dutch”.")
    )
    country = LineField(
        label=_("Country"), max_length=60, required=False, help_text=_("Such as “NL” or “France”.")
    )
    time_zone = LineField(
        label=_("Time zone"), max_length=64, required=False, help_text=_("Such as “Europe/Paris”.")
    )

    class Meta:
        model = Contact
        fields = ("email", "first_name", "last_name", "language", "country", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_fields = fields.of(self.instance.workspace_id)
        for field in self.own_fields:
            value = self.instance.fields.get(field.key)
            self.fields[f"field_{field.key}"] = ValueField(field, value)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        owner = people.by_address(self.instance.workspace_id, email)
        if owner is None or owner.pk == self.instance.pk:
            return email
        if owner.email_key == addresses.key(email):
            raise forms.ValidationError(_("Another contact has this address already."))
        raise forms.ValidationError(
            _("%(email)s had this address until two contacts were made one.")
            % {"email": owner.readable_email}
        )

    def clean_language(self) -> str:
        return _understood(self.cleaned_data["language"], vocabulary.language)

    def clean_country(self) -> str:
        return _understood(self.cleaned_data["country"], vocabulary.country)

    def clean_time_zone(self) -> str:
        return _understood(self.cleaned_data["time_zone"], vocabulary.time_zone)

    def save(self, commit: bool = True) -> Contact:
        contact = self.instance
        contact.email_key = addresses.key(contact.email)
        contact.fingerprint = addresses.fingerprint(contact.workspace_id, contact.email_key)
        for field in self.own_fields:
            value = self.cleaned_data[f"field_{field.key}"]
            if value is None:
                contact.fields.pop(field.key, None)
            else:
                contact.fields[field.key] = value
        kept = ("email_key", "fingerprint", "fields", "updated_at")
        contact.save(update_fields=[*self.Meta.fields, *kept])
        return contact


def _understood(text: str, understand: Any) -> str:
    if not text:
        return ""
    found: str | None = understand(text)
    if found is None:
        raise forms.ValidationError(_("“%(text)s” is not known here.") % {"text": text})
    return found

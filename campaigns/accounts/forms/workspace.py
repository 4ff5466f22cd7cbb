"""The set-up of an empty house, and the settings of a workspace."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import AddressField, LineField, time_zones
from campaigns.accounts.models import User, Workspace

if TYPE_CHECKING:
    _WorkspaceModelForm = forms.ModelForm[Workspace]
else:  # Generic in the stubs alone.
    _WorkspaceModelForm = forms.ModelForm


class WorkspaceForm(_WorkspaceModelForm):
    """Name, footer address, measuring, zone and language of a workspace."""

    name = LineField(label=_("Workspace name"), max_length=120)
    postal_address = forms.CharField(
        label=_("Postal address"),
        max_length=500,
        widget=forms.Textarea({"rows": 3, "autocomplete": "street-address"}),
        help_text=_("Stands in the footer of every mail; the law of many countries asks for it."),
    )
    policy = forms.ChoiceField(
        label=_("How opens and clicks may be measured"),
        choices=Workspace.Policy.choices,
        initial=Workspace.Policy.CONSENT,
        widget=forms.RadioSelect,
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        initial="UTC",
        help_text=_("Pages show times in this zone."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.RECIPIENT_LANGUAGES.items,
        initial="en",
        help_text=_("Of your mails, and of what recipients see. A campaign can choose another."),
    )
    hides_trap = forms.BooleanField(
        label=_("Hide a link in mails that only machines follow"),
        required=False,
        help_text=_(
            "It tells security scanners from readers: nobody sees it, and screen readers pass it "
            "over. Some spam filters hold hidden links against a mail, so try it with a small "
            "list first."
        ),
    )

    class Meta:
        model = Workspace
        fields = ["name", "postal_address", "policy", "time_zone", "language", "hides_trap"]


class SetUpForm(WorkspaceForm):
    """The first workspace and its owner, at once."""

    hides_trap = None  # type: ignore[assignment]  # Django's way to leave a parent's field out.
    email = AddressField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput({"autocomplete": "username"}),
        help_text=_("You sign in with it."),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. A sentence is easier to remember than a riddle."),
    )

    field_order = ["name", "email", "password", "postal_address", "policy", "time_zone", "language"]

    class Meta(WorkspaceForm.Meta):
        fields = ["name", "postal_address", "policy", "time_zone", "language"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("This address already has an account."))
        return email

    def _post_clean(self) -> None:
        """Check the password last, when the address it must not resemble is known."""
        super()._post_clean()  # type: ignore[misc]  # Not in the stubs.
        values: dict[str, Any] = self.cleaned_data
        if "password" not in values:
            return
        owner = User(email=values.get("email", ""))
        try:
            password_validation.validate_password(values["password"], owner)
        except forms.ValidationError as error:
            self.add_error("password", error)

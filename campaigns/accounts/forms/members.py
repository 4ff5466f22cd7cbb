"""The forms of members: bringing somebody in, their role, a new password."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import AddressField, LineField
from campaigns.accounts.models import Member, User


class PasswordField(forms.CharField):
    """A new password, which the person's own form or an owner writes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Password"))
        widget = forms.PasswordInput({"autocomplete": "new-password"})
        super().__init__(strip=False, widget=widget, **kwargs)


class NewMemberForm(forms.Form):
    """Somebody to bring into the workspace, with a first password where they need one."""

    email = AddressField(label=_("E-mail address"))
    name = LineField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(
        label=_("Role"), choices=Member.Role.choices, initial=Member.Role.MARKETER
    )
    password = PasswordField(
        label=_("First password"),
        required=False,
        help_text=_(
            "Tell it to them yourself, and ask them to change it. "
            "Leave it empty for somebody who already has an account here."
        ),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        email, password = values.get("email"), values.get("password", "")
        if not email or User.objects.filter(email__iexact=email).exists():
            return values
        if not password:
            self.add_error("password", _("Somebody new needs a first password."))
            return values
        _check_password(self, password, User(email=email, name=values.get("name", "")))
        return values


class NewPasswordForm(forms.Form):
    """A new password for a member who cannot sign in any more."""

    password = PasswordField(label=_("New password"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        _check_password(self, values.get("password", ""), self.user)
        return values


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Member.Role.choices)


def _check_password(form: forms.Form, password: str, user: User) -> None:
    if not password:
        return
    try:
        password_validation.validate_password(password, user)
    except forms.ValidationError as error:
        form.add_error("password", error)

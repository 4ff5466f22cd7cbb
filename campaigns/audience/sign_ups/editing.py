"""What a member decides about the sign-up form of a list."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.audience import languages
from campaigns.audience.models import Field, List, SignUpForm

if TYPE_CHECKING:
    _SignUpModelForm = forms.ModelForm[SignUpForm]
else:  # The stubs know the model; Django's class cannot be told.
    _SignUpModelForm = forms.ModelForm


def form_of(one: List) -> SignUpForm:
    """Return the list's form, or a new one that is not saved yet."""
    found = SignUpForm.objects.select_related("workspace", "list").filter(list=one).first()
    if found is not None:
        return found
    return SignUpForm(workspace=one.workspace, list=one, key=secrets.token_urlsafe(9))


class SignUpEditing(_SignUpModelForm):
    """Who it mails from, what it asks, what it says."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("The visitor’s own, where we speak it")), *languages.SPOKEN.items()],
    )
    title = LineField(label=_("Heading"), max_length=120, required=False)
    confirm_subject = LineField(label=_("Subject"), max_length=150, required=False)
    welcome_subject = LineField(label=_("Subject"), max_length=150, required=False)
    own_fields = forms.MultipleChoiceField(
        label=_("Further questions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    frame_origins = forms.CharField(
        label=_("Pages that may frame it"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One address a line, such as https://www.example.org. No others can."),
    )

    class Meta:
        model = SignUpForm
        fields = (
            *("is_open", "sender", "language", "title", "intro", "asks_name", "own_fields"),
            *("asks_measuring", "notice", "confirm_subject", "confirm_text"),
            *("welcome_subject", "welcome_text", "frame_origins"),
        )
        labels = {
            "is_open": _("Open: people can sign up"),
            "sender": _("Sender of its mails"),
            "intro": _("Introduction"),
            "asks_name": _("Ask for first and last name"),
            "asks_measuring": _("Ask whether opens and clicks may be recorded"),
            "notice": _("What people agree to"),
            "confirm_text": _("Text"),
            "welcome_text": _("Text"),
        }
        help_texts = {
            "asks_measuring": _("A box of its own that nobody has ticked for them."),
            "notice": _(
                "Kept word for word with each agreement. Empty: a sentence in the visitor’s "
                "language that names the list and you."
            ),
            "confirm_text": _(
                "The link to confirm stands below it. Empty: a text in the visitor’s language."
            ),
            "welcome_text": _("Sent once they have confirmed. Empty: no welcome is sent."),
        }
        widgets = {
            "intro": forms.Textarea(attrs={"rows": 3}),
            "notice": forms.Textarea(attrs={"rows": 3}),
            "confirm_text": forms.Textarea(attrs={"rows": 4}),
            "welcome_text": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workspace = self.instance.workspace
        sender: Any = self.fields["sender"]
        sender.queryset = workspace.senders.order_by("name", "email")
        senders = list(sender.queryset[:2])
        if len(senders) == 1:
            # Nothing to choose: also a form that was saved without one gets it when saved again.
            sender.empty_label = None
            self.initial["sender"] = self.initial.get("sender") or senders[0].pk
        else:
            sender.empty_label = _("Choose a sender")
        own: Any = self.fields["own_fields"]
        rows = Field.objects.staying().filter(workspace=workspace).order_by("position", "label")
        own.choices = [(field.key, field.label) for field in rows]
        if not own.choices:
            del self.fields["own_fields"]
        self.initial["own_fields"] = self.instance.fields
        self.initial["frame_origins"] = "\n".join(self.instance.frame_origins)

    def clean_frame_origins(self) -> list[str]:
        origins = [_origin(line) for line in self.cleaned_data["frame_origins"].split()]
        if any(one is None for one in origins):
            raise forms.ValidationError(
                _("Write each as https:// and a host, without a path: https://www.example.org")
            )
        return [one for one in origins if one is not None][:20]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("is_open") and not values.get("sender"):
            self.add_error("sender", _("Choose who the confirmation comes from."))
        return values

    def save(self, commit: bool = True) -> SignUpForm:
        self.instance.fields = self.cleaned_data.get("own_fields", [])
        return super().save(commit)


def _origin(line: str) -> str | None:
    """Return the origin that a line names, or None when it names none or more than one."""
    parts = urlsplit(line)
    host = parts.netloc
    plain = host and not set(host) & set("*;,'\"@ ") and parts.path in ("", "/")
    if parts.scheme not in ("https", "http") or not plain or parts.query or parts.fragment:
        return None
    return f"{parts.scheme}://{host.lower()}"

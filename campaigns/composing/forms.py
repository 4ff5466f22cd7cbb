"""The form a campaign is written with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.accounts.forms.fields import AddressField, LineField
from campaigns.accounts.models import Workspace
from campaigns.audience import languages
from campaigns.audience.models import List
from campaigns.composing import editing, narrowing, utm
from campaigns.composing.blocks import document
from campaigns.composing.blocks.document import BlocksError
from campaigns.composing.models import Campaign
from campaigns.composing.source_field import SourceField

# Django's own classes are generic for the type checker only.
if TYPE_CHECKING:
    _CampaignModelForm = forms.ModelForm[Campaign]
    _ListsChoiceField = forms.ModelMultipleChoiceField[List]
else:
    _CampaignModelForm = forms.ModelForm
    _ListsChoiceField = forms.ModelMultipleChoiceField


class ListsField(_ListsChoiceField):
    """Lists, each with the number of people on it."""

    def label_from_instance(self, obj: Any) -> str:
        people = ngettext("%(people)s person", "%(people)s people", obj.subscribed)
        return f"{obj.name} ({people % {'people': intcomma(obj.subscribed)}})"


class NewCampaignForm(forms.Form):
    """What a campaign needs to begin: a name, and perhaps a template."""

    name = LineField(
        label=_("Name"),
        max_length=150,
        help_text=_("For your team only, such as “Spring sale, first mail”."),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    template = forms.CharField(required=False, max_length=40)


class WayForm(forms.Form):
    """Another way of writing, for a campaign as the page knows it."""

    format = forms.ChoiceField(choices=Campaign.Format.choices)
    version = forms.IntegerField()


class CampaignForm(_CampaignModelForm):
    """Everything that a campaign says. What is empty or half-written is saved all the same."""

    name = LineField(label=_("Name"), max_length=150)
    subject = LineField(label=_("Subject"), max_length=250, required=False)
    preheader = LineField(
        label=_("Preheader"),
        max_length=250,
        required=False,
        help_text=_("The line that inboxes show behind the subject."),
    )
    reply_to = AddressField(
        label=_("Reply-to address"),
        required=False,
        help_text=_("Where answers go. Empty: the sender's own."),
    )
    lists = ListsField(
        label=_("Lists"),
        queryset=List.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who is on several lists gets one mail."),
    )
    language = forms.ChoiceField(
        label=_("Language of the mail"),
        required=False,
        help_text=_(
            "Programs read it out in this language, and its last lines are written in it. Pasted "
            "HTML and MJML name their own in lang."
        ),
    )
    only_segments = forms.MultipleChoiceField(
        label=_("Only people in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    without_segments = forms.MultipleChoiceField(
        label=_("Without people in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    utm_source = LineField(
        label=_("Source"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "newsletter"}),
    )
    utm_medium = LineField(
        label=_("Medium"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "email"}),
    )
    utm_campaign = LineField(
        label=_("Campaign"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "spring-sale"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    tab = forms.CharField(widget=forms.HiddenInput, max_length=36, required=False)

    class Meta:
        model = Campaign
        fields = (
            "name",
            "subject",
            "preheader",
            "sender",
            "reply_to",
            "lists",
            "language",
            "format",
            "body",
            "inline_css",
            "text",
            "tracking",
            "policy",
            *utm.NAMES,
        )
        widgets = {
            "format": forms.RadioSelect,
            "tracking": forms.RadioSelect(attrs={"class": "choice-cards"}),
            "body": forms.Textarea(attrs={"rows": 22}),
            "text": forms.Textarea(attrs={"rows": 14}),
        }
        field_classes = {"body": SourceField, "text": SourceField}
        labels = {"policy": _("Whose opens and clicks")}
        help_texts = {
            "policy": _("Only stricter than the workspace and the lists, never laxer."),
            "inline_css": _(
                "Copies the rules of your <style> into the elements, for mail programs that "
                "know no <style>. Otherwise your HTML stays as it is."
            ),
        }

    def __init__(
        self,
        *args: Any,
        workspace: Workspace,
        tab: str = "",
        may_unlock: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.may_unlock = may_unlock
        lists = workspace.lists.with_counts().order_by("name")
        self.fields["lists"].queryset = lists  # type: ignore[attr-defined]  # of a ListsField
        sender = self.fields["sender"]
        sender.queryset = workspace.senders.order_by("name", "email")  # type: ignore[attr-defined]  # of a ModelChoiceField
        sender.empty_label = _("Choose a sender")  # type: ignore[attr-defined]  # of a ModelChoiceField
        usual = languages.SPOKEN.get(workspace.language, workspace.language)
        self.fields["language"].choices = [  # type: ignore[attr-defined]  # of a ChoiceField
            ("", _("As the workspace: %s") % usual),
            *languages.SPOKEN.items(),
        ]
        self.fields["tracking"].choices = TRACKING_CHOICES  # type: ignore[attr-defined]  # of a ChoiceField
        self.fields["policy"].choices = POLICY_CHOICES  # type: ignore[attr-defined]  # as above
        for name in DESCRIBED:
            hint = (
                [f"id_{name}_helptext"] if self.fields[name].help_text or name == "subject" else []
            )
            described_by = " ".join([*hint, f"problem-{name}"])
            self.fields[name].widget.attrs["aria-describedby"] = described_by
        self.initial.update(version=self.instance.version, tab=tab)
        chosen = narrowing.chosen(self.instance)
        for name in (narrowing.ONLY, narrowing.WITHOUT):
            self.fields[name].choices = narrowing.choices(self.instance)  # type: ignore[attr-defined]  # of a MultipleChoiceField
            self.initial[name] = chosen[name]
        if not self.instance.is_draft:
            for name in ("lists", narrowing.ONLY, narrowing.WITHOUT, "tracking", "policy"):
                self.fields[name].disabled = True

    def renew(self, version: int) -> None:
        """Let the next save go over what others saved as `version`; the member was told."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(version)
        self.data = data

    def clean_text(self) -> str:
        """Take nothing but blanks for no text of its own: one is made of the mail then."""
        text: str = self.cleaned_data["text"]
        return text if text.strip() else ""

    def clean(self) -> dict[str, Any] | None:
        """Keep of blocks only what is allowed in them; others than ours are not saved."""
        values = super().clean() or {}
        # What is no format is not saved, and the campaign stays in the one it has.
        written_in = values.get("format", self.instance.format)
        if written_in == Campaign.Format.BLOCKS and values.get("body"):
            try:
                values["body"] = document.dump(document.read(values["body"]))
            except BlocksError as error:
                self.add_error("body", error.reason)
                # Nor is what is there already called blocks.
                values.pop("format", None)
        if not self.may_unlock:
            try:
                # The form has not changed its instance yet: it is what was saved last.
                editing.hold_to_locks(self.instance, values)
            except BlocksError as error:
                self.add_error("body", error.reason)
                values.pop("format", None)
        return values

    def valid_values(self) -> dict[str, Any]:
        """Return what may be saved: the fields without an error."""
        self.is_valid()
        return self.cleaned_data


# Fields whose hints and problems a screen reader reads with them.
DESCRIBED = ("name", "subject", "preheader", "sender", "reply_to", "body", "text", "inline_css")

TRACKING_CHOICES = [
    (
        Campaign.Tracking.INDIVIDUAL,
        _("Per person: who opened and clicked, for everybody who may be measured so"),
    ),
    (
        Campaign.Tracking.AGGREGATE,
        _("Totals only: all mails carry the same links, so nobody can be told apart"),
    ),
    (Campaign.Tracking.NONE, _("Nothing: no pixel, and links as you wrote them")),
]
POLICY_CHOICES = [
    ("", _("As the workspace and its lists say")),
    (Workspace.Policy.CONSENT, _("Of people who agreed; of the others only totals")),
    (Workspace.Policy.STRICT, _("Of people who agreed, and of nobody else")),
]

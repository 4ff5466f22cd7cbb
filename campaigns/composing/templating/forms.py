"""Forms of templates and saved blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.composing.blocks import document, locking
from campaigns.composing.blocks.rules import BlocksError
from campaigns.composing.source_field import SourceField
from campaigns.composing.templating.models import SavedBlock, Template

# Django's own class is generic for the type checker only.
if TYPE_CHECKING:
    _TemplateModelForm = forms.ModelForm[Template]
    _SavedBlockModelForm = forms.ModelForm[SavedBlock]
else:
    _TemplateModelForm = _SavedBlockModelForm = forms.ModelForm


class TemplateForm(_TemplateModelForm):
    """What a template holds. Its format stays what it was."""

    name = LineField(label=_("Name"), max_length=150)
    subject = LineField(label=_("Subject"), max_length=250, required=False)
    preheader = LineField(label=_("Preheader"), max_length=250, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Template
        fields = ("name", "subject", "preheader", "body", "inline_css")
        widgets = {"body": forms.Textarea(attrs={"rows": 22, "spellcheck": "false"})}
        field_classes = {"body": SourceField}
        labels = {"inline_css": _("Copy styles into the elements")}

    def __init__(self, *args: Any, may_lock: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._may_lock = may_lock
        self.initial["version"] = self.instance.version

    def clean_body(self) -> str:
        """Keep of blocks only what is allowed in them, and what is locked as it is."""
        body: str = self.cleaned_data["body"]
        if self.instance.format != "blocks":
            return body
        try:
            body = document.dump(document.read(body))
            if not self._may_lock:
                locking.check(self.instance.body, body)
        except BlocksError as error:
            raise forms.ValidationError(error.reason) from error
        return body


class SavedBlockForm(_SavedBlockModelForm):
    """A name, and the block as the editor has it."""

    name = LineField(label=_("Name"), max_length=80)

    class Meta:
        model = SavedBlock
        fields = ("name", "body")

    def clean_name(self) -> str:
        """Refuse a name that is taken, whatever its capitals."""
        name: str = self.cleaned_data["name"]
        same = self.instance.workspace.saved_blocks.filter(name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a block with this name."))
        return name

    def clean_body(self) -> str:
        """Keep of the block only what is allowed in one, and no lock."""
        try:
            return document.dump(document.read_block(self.cleaned_data["body"]))
        except BlocksError as error:
            raise forms.ValidationError(error.reason) from error


class RenameForm(SavedBlockForm):
    """Another name for a kept block."""

    class Meta:
        model = SavedBlock
        fields = ("name",)

    def save(self, commit: bool = True) -> SavedBlock:
        """Write the name, and nothing else."""
        one: SavedBlock = self.instance
        one.save(update_fields=["name"])
        return one


class ImportForm(forms.Form):
    """A template of another program, as HTML: a file, or pasted."""

    name = LineField(label=_("Name"), max_length=150)
    file = forms.FileField(label=_("HTML file"), required=False)
    html = forms.CharField(
        label=_("Or its HTML"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read the file, or what was pasted; it is text either way."""
        values = super().clean() or {}
        file = values.get("file")
        if file and file.size <= 1_000_000:
            values["html"] = file.read().decode(errors="replace").replace("\0", "")
        if not values.get("html") and not self.errors:
            raise forms.ValidationError(_("Choose a file of up to 1 MB, or paste the HTML."))
        return values

"""Forms of the picture library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.composing.pictures.models import Picture, PictureFolder

if TYPE_CHECKING:
    _PictureModelForm = forms.ModelForm[Picture]
    _FolderModelForm = forms.ModelForm[PictureFolder]
else:  # The stubs know the model; Django's class cannot be told.
    _PictureModelForm = _FolderModelForm = forms.ModelForm


class UploadForm(forms.Form):
    """A file, or the address of one, and the folder it goes to."""

    file = forms.FileField(label=_("File"), required=False, max_length=1000)
    url = forms.CharField(label=_("Web address"), required=False, max_length=2000)
    folder = forms.ModelChoiceField(PictureFolder.objects.none(), required=False)

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = cast("forms.ModelChoiceField[PictureFolder]", self.fields["folder"])
        choices.queryset = workspace.picture_folders.all()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("file") and not values.get("url") and not self.errors:
            raise forms.ValidationError(_("Choose a file, or give a web address."))
        return values


class PictureForm(_PictureModelForm):
    """What a picture is called, what it shows, and where it lies."""

    class Meta:
        model = Picture
        fields = ("name", "alt", "folder")
        widgets = {"alt": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "alt": _(
                "For people who do not see it, and while pictures are switched off. Say what it "
                "tells; leave it empty only if it decorates. What you insert from now on has it."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = cast("forms.ModelChoiceField[PictureFolder]", self.fields["folder"])
        choices.queryset = self.instance.workspace.picture_folders.order_by("name")
        choices.empty_label = _("No folder")
        choices.label = _("Folder")


class AltForm(_PictureModelForm):
    """What a picture shows, asked for when it is inserted."""

    class Meta:
        model = Picture
        fields = ("alt",)


class FolderForm(_FolderModelForm):
    """What a folder is called."""

    class Meta:
        model = PictureFolder
        fields = ("name",)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        same = self.instance.workspace.picture_folders.filter(name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a folder with this name."))
        return name

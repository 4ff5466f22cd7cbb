"""Forms of imports: the file, and what becomes of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.audience import columns, reading
from campaigns.audience.forms import BasisForm
from campaigns.audience.models import Import

_ENCODINGS = {
    "windows-1250": _("Central Europe (Windows-1250)"),
    "windows-1251": _("Cyrillic (Windows-1251)"),
    "windows-1252": _("Western Europe (Windows-1252)"),
    "windows-1253": _("Greek (Windows-1253)"),
    "windows-1254": _("Turkish (Windows-1254)"),
    "iso-8859-15": _("Western Europe (ISO-8859-15)"),
    "mac-roman": _("Old Macintosh"),
}
MAX_BYTES = 100 * 1024 * 1024


class UploadForm(forms.Form):
    """A file of people; `shape` and `names` are what was found in it."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=_("A table saved as CSV, with one person per line. Up to 100 MB."),
    )
    shape: reading.Shape
    names: list[str]

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 100 MB. Import it in parts."))
        try:
            content = cast(BinaryIO, file)
            self.shape = reading.find_shape(content)
            self.names = reading.column_names(content, self.shape)
            if next(reading.rows(content, self.shape), None) is None:
                raise forms.ValidationError(_("The file has no lines below its header."))
        except reading.ReadingError as error:
            raise forms.ValidationError(str(error)) from error
        file.seek(0)
        return file


class ShapeForm(forms.Form):
    """How the file is read, when our guess was wrong."""

    field_order = ("encoding", "delimiter", "has_header")
    delimiter = forms.ChoiceField(
        label=_("Cells are separated by"),
        choices=[
            (",", _("comma ,")),
            (";", _("semicolon ;")),
            ("\t", _("tab")),
            ("|", _("bar |")),
        ],
    )
    has_header = forms.BooleanField(label=_("The first line names the columns"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # UTF-16 without a mark, for example, is found but not offered.
        names = dict.fromkeys((self.initial.get("encoding", "utf-8"), *reading.ENCODINGS))
        self.fields["encoding"] = forms.ChoiceField(
            label=_("Character set"),
            choices=[(name, _ENCODINGS.get(name, name.upper())) for name in names],
        )

    def shape(self) -> reading.Shape:
        """Return what was chosen."""
        return reading.Shape(
            self.cleaned_data["encoding"],
            self.cleaned_data["delimiter"],
            self.cleaned_data["has_header"],
        )


class MappingForm(BasisForm):
    """What each column becomes, on what basis, and what these people said about measuring."""

    measuring = forms.ChoiceField(
        label=_("Did they agree that you may measure who opens and clicks?"),
        choices=Import.Measuring.choices,
        widget=forms.RadioSelect,
    )
    measuring_statement = LineField(
        label=_("How did they agree?"),
        max_length=500,
        required=False,
        help_text=_("For example: “ticked ‘you may see what I read’ on our sign-up form”."),
    )
    measuring_said_on = forms.DateField(
        label=_("When?"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("The day, or the last one when they agreed on several."),
    )

    def __init__(self, *args: Any, names: Sequence[str], guesses: dict[int, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.names = names
        asked = columns.MEASURING in guesses.values()
        self.initial["measuring"] = Import.Measuring.COLUMN if asked else Import.Measuring.UNKNOWN
        for number, name in enumerate(names):
            guess = guesses.get(number, columns.IGNORE)
            own = guess if guess.startswith(columns.FIELD) else _own(name, number, guesses)
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=name,
                choices=[*columns.TARGETS, (own, _("Keep as “%(name)s”") % {"name": name})],
                initial=guess,
                required=False,
            )

    def columns(self) -> list[forms.BoundField]:
        """Return the choices of columns, in the file's order."""
        return [self[f"column_{number}"] for number in range(len(self.names))]

    def mapping(self) -> dict[str, str]:
        """Return what was chosen, as `Import.mapping` keeps it."""
        chosen = {n: self.cleaned_data.get(f"column_{n}", "") for n in range(len(self.names))}
        return {str(number): target for number, target in chosen.items() if target}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self._check_columns()
        if values.get("measuring") == Import.Measuring.COLUMN:
            if columns.MEASURING not in self.mapping().values():
                self.add_error("measuring", _("Choose above which column says so."))
        elif columns.MEASURING in self.mapping().values():
            self.add_error(
                "measuring",
                _("A column is chosen to say so. Pick “a column”, or leave that column out."),
            )
        if values.get("measuring") == Import.Measuring.STATEMENT:
            self._check_statement(values)
        return values

    def _check_columns(self) -> None:
        taken: dict[str, int] = {}
        for number in range(len(self.names)):
            target = self.cleaned_data.get(f"column_{number}", "")
            if target and target in taken:
                self.add_error(
                    f"column_{number}",
                    _("“%(other)s” is this already.") % {"other": self.names[taken[target]]},
                )
            taken.setdefault(target, number)
        if columns.EMAIL not in taken:
            self.add_error(None, _("Choose which column holds the e-mail address."))

    def _check_statement(self, values: dict[str, Any]) -> None:
        if not values.get("measuring_statement"):
            self.add_error("measuring_statement", _("Say how they agreed: it is kept as evidence."))
        said_on = values.get("measuring_said_on")
        if not said_on and "measuring_said_on" not in self.errors:
            self.add_error("measuring_said_on", _("Say when they agreed."))
        elif said_on and said_on > timezone.localdate():
            self.add_error("measuring_said_on", _("This day is yet to come."))


def _own(name: str, number: int, guesses: dict[int, str]) -> str:
    target = columns.FIELD + columns.field_key(name, number)
    return f"{target}_{number + 1}" if target in guesses.values() else target

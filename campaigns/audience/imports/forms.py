"""Forms of imports: the file, and what becomes of its columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.audience.forms import BasisForm
from campaigns.audience.imports import columns, reading, spreadsheets, standing, unpacking
from campaigns.audience.models import Field, Import

_ENCODINGS = {
    "windows-1250": _("Central Europe (Windows-1250)"),
    "windows-1251": _("Cyrillic (Windows-1251)"),
    "windows-1252": _("Western Europe (Windows-1252)"),
    "windows-1253": _("Greek (Windows-1253)"),
    "windows-1254": _("Turkish (Windows-1254)"),
    "iso-8859-15": _("Western Europe (ISO-8859-15)"),
    "mac-roman": _("Old Macintosh"),
}
# A choice needs its words, which the page of fields asks for.
_KINDS = [choice for choice in Field.Kind.choices if choice[0] != Field.Kind.CHOICE]
MAX_BYTES = 100 * 1024 * 1024


class UploadForm(forms.Form):
    """A file of people, or its lines; `shape` and `names` are what was found in it."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,  # Said in words of ours, with what to do.
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,.xlsx,.zip,text/csv"}),
        help_text=_(
            "A table with one person per line: CSV, TSV or Excel (.xlsx), also as MailChimp, "
            "listmonk, Mautic, Keila, Brevo and Substack export it, packed (.zip) or not. "
            "Up to 100 MB."
        ),
    )
    pasted = forms.CharField(
        label=_("Pasted lines"),
        required=False,
        max_length=1_000_000,
        strip=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_("Copied from a spreadsheet, or one address per line."),
    )
    shape: reading.Shape
    names: list[str]

    def clean_file(self) -> UploadedFile[bytes] | None:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 100 MB. Import it in parts."))
        return self._read(file)

    def clean_pasted(self) -> UploadedFile[bytes] | None:
        text: str = self.cleaned_data["pasted"]
        if not text.strip():
            return None
        content = text.strip("\r\n").encode("utf-8", "replace")
        return self._read(SimpleUploadedFile("pasted.csv", content))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = [values[name] for name in ("file", "pasted") if values.get(name)]
        if not self.errors and len(given) != 1:
            self.add_error("file", _("Choose a file, or paste lines: one of the two."))
        elif given:
            values["content"] = given[0]
        return values

    def _read(self, file: UploadedFile[bytes]) -> UploadedFile[bytes]:
        try:
            handed_in = cast(BinaryIO, file)
            table = unpacking.table(handed_in, file.name or "")
            if table is not handed_in:
                file = UploadedFile(
                    cast("File[bytes]", table), file.name, size=spreadsheets.size(table)
                )
            content = cast(BinaryIO, file)
            self.shape = reading.find_shape(content)
            self.names = reading.column_names(content, self.shape)
            if next(reading.rows(content, self.shape), None) is None:
                raise forms.ValidationError(
                    _("The file has no lines below its header. Export it again, with its people.")
                )
        except (reading.ReadingError, spreadsheets.SpreadsheetError) as error:
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

    known = forms.ChoiceField(
        label=_("People who are contacts already"),
        choices=Import.Known.choices,
        initial=Import.Known.OVERWRITE,
        required=False,
        widget=forms.RadioSelect,
    )
    everybody = forms.ChoiceField(
        label=_("All people of this file, unless a column says otherwise"),
        choices=Import.Everybody.choices,
        required=False,
        help_text=_("Who left here, or must not be mailed here, is never put on a list again."),
    )
    tags = LineField(
        label=_("Tags for all of them"),
        max_length=300,
        required=False,
        help_text=_("Separated by commas."),
    )

    def __init__(
        self,
        *args: Any,
        names: Sequence[str],
        guesses: dict[int, str],
        kinds: Mapping[int, str],
        known: Collection[str],
        **kwargs: Any,
    ):
        """Propose `guesses`, and `kinds` of fields that are new: not those of the keys `known`."""
        super().__init__(*args, **kwargs)
        self.names = names
        self.initial["everybody"] = standing.of_file(names, guesses.values())
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
            # Asked only where the column becomes a field; see `mapping.html`.
            if own.removeprefix(columns.FIELD) not in known:
                self.fields[f"kind_{number}"] = forms.ChoiceField(
                    label=_("Kind of “%(name)s”") % {"name": name},
                    choices=_KINDS,
                    initial=kinds.get(number, Field.Kind.TEXT),
                    required=False,
                )

    def kinds(self) -> dict[str, str]:
        """Return of what kind new fields are, where they are no text."""
        return {
            target.removeprefix(columns.FIELD): kind
            for number, target in self.mapping().items()
            if target.startswith(columns.FIELD)
            and (kind := self.cleaned_data.get(f"kind_{number}")) not in {None, "", Field.Kind.TEXT}
        }

    def tag_names(self) -> list[str]:
        """Return the tags for everybody, each once."""
        words = (" ".join(word.split()) for word in self.cleaned_data["tags"].split(","))
        return list(dict.fromkeys(word[:80] for word in words if word))

    def kind_of(self, number: int) -> forms.BoundField | None:
        """Return the choice of the kind of a column's field; None if there is that field."""
        return self[f"kind_{number}"] if f"kind_{number}" in self.fields else None

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

"""Forms of a workspace's own fields: making one, and filling one in for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.accounts.forms.fields import LineField, single_line
from campaigns.audience import fields, typed_values
from campaigns.audience.models import Field

if TYPE_CHECKING:
    _FieldModelForm = forms.ModelForm[Field]
else:  # The stubs know the model; Django's class cannot be told.
    _FieldModelForm = forms.ModelForm

MOST_CHOICES = 200
LONGEST_CHOICE = 80


class ValueField(forms.CharField):
    """One person's value of a field: the right control, and errors that say what to write."""

    def __init__(self, field: Field, value: object) -> None:
        self.of = field
        self.kept = value
        super().__init__(
            label=field.label,
            required=False,
            initial=_control_value(value),
            widget=_widget(field, value),
            help_text=_hint(field),
        )

    def clean(self, value: Any) -> typed_values.Value | None:
        """Return the value as it is stored; one that was kept stays, fitting or not."""
        text = str(super().clean(value))
        if self.kept is not None and text == _control_value(self.kept):
            # It is read from JSON, which holds nothing else.
            return self.kept  # type: ignore[return-value]
        try:
            return typed_values.parse(self.of.kind, text, self.of.choices)
        except typed_values.TypedValueError as error:
            raise forms.ValidationError(str(error)) from error


def _control_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return typed_values.written(value)


def _widget(field: Field, value: object) -> forms.Widget:
    fits = value is None or typed_values.fits(field.kind, value, field.choices)
    match field.kind:
        case Field.Kind.DATE if fits:
            return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        case Field.Kind.YES_NO if fits:
            return forms.Select(choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))])
        case Field.Kind.CHOICE:
            further = (
                [] if fits else [(value, _("%(value)s (no choice any more)") % {"value": value})]
            )
            choices = [(choice, choice) for choice in field.choices]
            return forms.Select(choices=[("", "–"), *choices, *further])
        case Field.Kind.NUMBER:
            return forms.TextInput(attrs={"inputmode": "decimal"})
        case _:
            return forms.TextInput()


def _hint(field: Field) -> str:
    return str(_("A number, such as 1234.5.")) if field.kind == Field.Kind.NUMBER else ""


class ChoicesField(forms.CharField):
    """The words of a choice, one a line; the same word twice is one choice."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines()]
        # Whatever its letters.
        found: dict[str, str] = {}
        for line in filter(None, lines):
            found.setdefault(line.casefold(), line)
        choices = list(found.values())
        for choice in choices:
            single_line(choice)
            if len(choice) > LONGEST_CHOICE:
                raise forms.ValidationError(
                    _("“%(start)s…” is too long: at most %(most)d characters.")
                    % {"start": choice[:20], "most": LONGEST_CHOICE}
                )
        if len(choices) > MOST_CHOICES:
            raise forms.ValidationError(
                ngettext("At most %d choice.", "At most %d choices.", MOST_CHOICES) % MOST_CHOICES
            )
        return choices


class KindForm(forms.Form):
    """What the values of a field are to be from now on."""

    kind = forms.ChoiceField(
        label=_("What is kept in it"), choices=Field.Kind.choices, widget=forms.RadioSelect
    )
    choices = ChoicesField(
        label=_("Choices"),
        required=False,
        help_text=_("For a choice: one a line. Left empty, the words that people have now."),
    )


class FieldForm(_FieldModelForm):
    """A field: what it is called, what its values are, and whether lists show it."""

    label = LineField(label=_("Label"), max_length=80, help_text=_("Such as “Company”."))
    kind = forms.ChoiceField(
        label=_("What is kept in it"),
        choices=Field.Kind.choices,
        initial=Field.Kind.TEXT,
        help_text=_("Values of one kind are not those of another; it can be changed later."),
    )
    choices = ChoicesField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "For a choice: one a line, in the order in which people see them. Who has a choice "
            "that you take away keeps it until somebody changes it."
        ),
    )
    is_listed = forms.BooleanField(
        label=_("Show it as a column among the contacts"), required=False
    )

    class Meta:
        model = Field
        fields = ("label", "kind", "choices", "is_listed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        if not self.is_new:
            del self.fields["kind"]
            self.initial["choices"] = "\n".join(self.instance.choices)
            if self.instance.kind != Field.Kind.CHOICE:
                del self.fields["choices"]

    def clean_label(self) -> str:
        label = str(self.cleaned_data["label"])
        others = Field.objects.staying().filter(workspace=self.instance.workspace_id)
        if others.filter(label__iexact=label).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a field of this name already."))
        if self.is_new and others.count() >= fields.MOST:
            raise forms.ValidationError(_("There are %d fields, and no more fit.") % fields.MOST)
        return label

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kind = values.get("kind", self.instance.kind)
        if "choices" in self.fields and kind != Field.Kind.CHOICE:
            values["choices"] = []
        elif "choices" in values and not values["choices"]:
            self.add_error("choices", _("Write at least one choice, each on a line of its own."))
        return values

    def save(self, commit: bool = True) -> Field:
        field = self.instance
        if self.is_new:
            field.key = fields.free_key(field.workspace_id, field.label)
            field.position = len(fields.of(field.workspace_id)) + 1
            field.save(force_insert=True)
        else:
            field.save(update_fields=["label", "choices", "is_listed"])
        return field

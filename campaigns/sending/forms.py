"""The forms of launching, and giving another chance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField, time_zones
from campaigns.accounts.models import Workspace
from campaigns.sending import wall_clock


class ScheduleForm(forms.Form):
    """A date, a time of day and a zone, which have to mean one moment, or everybody's own."""

    TOGETHER, LOCALLY = "together", "locally"

    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}))
    zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    how = forms.ChoiceField(
        label=_("When people get it"),
        initial=TOGETHER,
        choices=(
            (TOGETHER, _("At the same moment for everybody")),
            (LOCALLY, _("At this time in each recipient’s own time zone")),
        ),
        widget=forms.RadioSelect,
    )
    # The plan that the member has seen, and agreed to.
    agreed = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    # Asked only when the clocks show the time twice that day.
    which = forms.ChoiceField(
        label=_("The clocks show this time twice that day. Which one?"),
        required=False,
        choices=(("earlier", _("The first")), ("later", _("The second"))),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            # Who does not say how means everybody at once.
            self.data = {"how": self.TOGETHER} | {name: self.data[name] for name in self.data}
        self.fields["zone"].initial = workspace.time_zone
        self.asks_which = False

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if {"date", "time", "zone"} <= values.keys():
            values["wall"] = datetime.combine(values["date"], values["time"])
            values["locally"] = values.get("how") == self.LOCALLY
            if not values["locally"]:
                values["at"] = self._moment(values)
            # What the member agrees to when they send the form once more.
            self.plan_key = f"{values['wall'].isoformat()} {values['zone']}"
        return values

    def is_agreed(self) -> bool:
        """Whether the member has seen what this means for the people in their zones."""
        return bool(self.cleaned_data["agreed"] == self.plan_key)

    def _moment(self, values: dict[str, Any]) -> datetime | None:
        wall = values["wall"]
        later = {"earlier": False, "later": True}.get(values.get("which", ""))
        try:
            return wall_clock.moment(wall, values["zone"], later=later)
        except wall_clock.GapError as error:
            text = _t("The clocks skip this time that day. The next that exists is %(time)s.")
            time = formats.date_format(error.suggestion, "TIME_FORMAT")
            self.add_error("time", text % {"time": time})
        except wall_clock.OverlapError as error:
            self.asks_which = True
            which = self.fields["which"]
            assert isinstance(which, forms.ChoiceField)  # noqa: S101 - declared above
            which.choices = [
                ("earlier", _named(_t("The first, %(name)s"), error.earlier)),
                ("later", _named(_t("The second, %(name)s"), error.later)),
            ]
            self.add_error("which", _t("Choose one of the two."))
        return None


class AgainForm(forms.Form):
    """A decision about what its page showed at a moment of the database's clock."""

    as_of = forms.DateTimeField(widget=forms.HiddenInput)


class ReasonsField(forms.MultipleChoiceField):
    """Reasons as the page named them; what is gone by now is nobody's mistake."""

    def valid_value(self, value: str) -> bool:
        return len(value) <= 100 and value.isprintable()


class RetryForm(AgainForm):
    """For which reasons to try again, and whether to edit the content before."""

    keys = ReasonsField(error_messages={"required": _("Choose at least one reason.")})
    edit_first = forms.BooleanField(required=False)


class RemindForm(forms.Form):
    """The new subject of a reminder."""

    subject = LineField(
        label=_("New subject"),
        max_length=250,
        help_text=_("Who did not open the mail did not care for its subject: try another one."),
    )

    def __init__(self, *args: Any, subject: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._before = subject

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if subject.strip() == self._before.strip():
            raise forms.ValidationError(_("This is the subject they did not open."))
        return subject


def _named(text: str, at: datetime) -> str:
    return text % {"name": at.strftime("%H:%M %Z (UTC%z)")}

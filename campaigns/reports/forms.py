"""Forms of the reports room: save a view, schedule its mails, share a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.accounts.models import Member, Workspace
from campaigns.reports import kinds
from campaigns.reports.models import SavedReport, Schedule
from campaigns.reports.rhythm import Rhythm

if TYPE_CHECKING:
    _MembersField = forms.ModelMultipleChoiceField[Member]
else:  # Generic in the stubs alone.
    _MembersField = forms.ModelMultipleChoiceField

LONGEST_MONTH = 31


class SaveForm(forms.Form):
    """A name for the view a member looks at."""

    name = LineField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(choices=[(name, name) for name in kinds.KINDS])
    query = forms.CharField(max_length=300, required=False)


class MembersField(_MembersField):
    """Members of the workspace, with their addresses."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Member) -> str:
        user = obj.user
        return f"{user.name} ({user.email})" if user.name else user.email


class ScheduleForm(forms.Form):
    """How often, when and to whom a report is mailed."""

    every = forms.ChoiceField(label=_("How often"), choices=Schedule.Every.choices)
    weekday = forms.TypedChoiceField(
        label=_("Of a week, on"), choices=Schedule.Weekday.choices, coerce=int
    )
    day = forms.IntegerField(
        label=_("Of a month, on day"),
        min_value=1,
        max_value=LONGEST_MONTH,
        help_text=_("A month that is too short has it on its last day."),
    )
    at = forms.TimeField(label=_("At"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    members = MembersField(
        label=_("To these members"),
        queryset=Member.objects.none(),
        error_messages={"required": _("Choose at least one member.")},
    )

    def __init__(self, workspace: Workspace, report: SavedReport, data: Any, me: int) -> None:
        found = Schedule.objects.filter(report=report).first()
        super().__init__(data, initial=_initial(found, me))
        members = self.fields["members"]
        if isinstance(members, MembersField):
            members.queryset = Member.objects.in_workspace(workspace)
        self.fields["at"].help_text = _("By the clocks of %(zone)s, the workspace's time zone.") % {
            "zone": workspace.time_zone
        }

    @property
    def rhythm(self) -> Rhythm:
        """The rhythm that was chosen."""
        chosen = self.cleaned_data
        return Rhythm(chosen["every"], chosen["at"], chosen["weekday"], chosen["day"])


def _initial(found: Schedule | None, me: int) -> dict[str, Any]:
    if found is None:
        return {"every": "weekly", "weekday": 0, "day": 1, "at": "08:00", "members": [me]}
    going = found.receivers.filter(stopped_at__isnull=True).values_list("member", flat=True)
    return {
        "every": found.every,
        "weekday": found.weekday,
        "day": found.day,
        "at": found.at,
        "members": list(going),
    }


class ShareForm(forms.Form):
    """How long a link to a report works."""

    days = forms.TypedChoiceField(
        label=_("The link works for"),
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        initial=30,
        coerce=int,
    )

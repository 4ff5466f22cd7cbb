"""The form of a rule about people who were not seen for long."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import User
from campaigns.composing.sunset.models import SunsetRule


class SunsetForm(forms.Form):
    """Whom it is about, after how long, and what happens to who does not answer."""

    field_order = ("about", "months", "answer_days", "is_automatic")
    months = forms.IntegerField(
        label=_("Not seen for so many months"),
        min_value=1,
        max_value=60,
        help_text=_("They neither opened nor clicked nor joined a list, and were mailed."),
    )
    answer_days = forms.IntegerField(
        label=_("Days to answer"),
        min_value=1,
        max_value=90,
        help_text=_("From the day the campaign was sent. The mail names them."),
    )
    is_automatic = forms.BooleanField(
        label=_("Unsubscribe who does not answer without a review"),
        required=False,
        help_text=_(
            "Otherwise nobody is unsubscribed before a member has looked at who they are. "
            "Either way it can be undone for 30 days."
        ),
    )

    def __init__(self, rule: SunsetRule, *args: Any, **kwargs: Any) -> None:
        self.rule = rule
        kwargs.setdefault(
            "initial",
            {
                "months": rule.months,
                "about": rule.list_id or "",
                "answer_days": rule.answer_days,
                "is_automatic": rule.is_automatic,
            },
        )
        super().__init__(*args, **kwargs)
        lists = rule.workspace.lists.order_by("name").values_list("pk", "name")
        # Of a rule that is there it stays: another list would be another rule.
        if not rule.pk:
            self.fields["about"] = forms.ChoiceField(
                label=_("Of which people"),
                required=False,
                choices=[("", _("On any list")), *((str(pk), name) for pk, name in lists)],
            )
            self.order_fields(self.field_order)
        if rule.campaign_id:
            # The mail has told people so.
            for name in ("months", "answer_days"):
                self.fields[name].disabled = True

    def clean_about(self) -> int | None:
        chosen = self.cleaned_data["about"]
        list_id = int(chosen) if chosen else None
        if self.rule.workspace.sunset_rules.filter(list=list_id).exists():
            raise forms.ValidationError(_("There is a rule for these people already: change it."))
        return list_id

    def apply(self, user: User) -> SunsetRule:
        """Return the rule as the form says it; not saved."""
        rule, values = self.rule, self.cleaned_data
        rule.months, rule.answer_days = values["months"], values["answer_days"]
        if "about" in values:
            rule.list_id = values["about"]
        if values["is_automatic"] != rule.is_automatic:
            rule.automatic_by = user if values["is_automatic"] else None
        rule.is_automatic = values["is_automatic"]
        return rule

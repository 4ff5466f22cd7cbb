"""What is to change of many people: an action, and what that action takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.forms.fields import LineField
from campaigns.accounts.forms.several import Several
from campaigns.accounts.models import Workspace
from campaigns.audience import tags, typed_values
from campaigns.audience.bulk import fields
from campaigns.audience.forms import BasisForm
from campaigns.audience.models import BulkEdit

# What each action asks for, in this order.
INPUTS: Mapping[str, tuple[str, ...]] = {
    BulkEdit.Action.SET_FIELD: ("field", "value"),
    BulkEdit.Action.ADD_TAGS: ("new_tags",),
    BulkEdit.Action.REMOVE_TAGS: ("old_tags",),
    BulkEdit.Action.SUBSCRIBE: ("onto", "basis", "basis_note"),
    BulkEdit.Action.UNSUBSCRIBE: ("off",),
}
_NEEDED = frozenset({"field", "new_tags", "old_tags", "onto", "off", "basis"})


class BulkEditForm(BasisForm):
    """One action and its inputs; those of other actions are not looked at."""

    action = forms.ChoiceField(
        label=_("What shall change?"), choices=BulkEdit.Action.choices, widget=forms.RadioSelect
    )
    value = LineField(
        label=_("Value"),
        max_length=1000,
        required=False,
        help_text=_("As you would write it on a contact's page. Left empty, it empties the field."),
    )
    new_tags = LineField(
        label=_("Tags"), max_length=300, required=False, help_text=_("Separated by commas.")
    )

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace
        lists = [("", _("Choose …")), *workspace.lists.order_by("name").values_list("pk", "name")]
        mine = workspace.tags.order_by("name").values_list("pk", "name")
        names = [("", _("Choose …")), *fields.names(workspace.pk)]
        self.fields["field"] = forms.ChoiceField(label=_("Field"), choices=names, required=False)
        self.fields["old_tags"] = forms.MultipleChoiceField(
            label=_("Tags"), choices=list(mine), required=False, widget=Several
        )
        for name in ("onto", "off"):
            self.fields[name] = forms.ChoiceField(label=_("List"), choices=lists, required=False)
        self.fields["basis"].required = False
        self.initial.setdefault("basis", "")

    def inputs(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the inputs of each action that has any."""
        return [(str(action), [self[name] for name in names]) for action, names in INPUTS.items()]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        asked = INPUTS.get(values.get("action", ""), ())
        # An error in what another action takes is nobody's business.
        for name in [name for name in self.errors if name not in {"action", *asked}]:
            del self.errors[name]
        for name in asked:
            if name in _NEEDED and not values.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed."))
        if "basis" in asked:
            values = super().clean()
        if "field" in asked and values.get("field") and "value" not in self.errors:
            self._read_value(values)
        if "new_tags" in asked and values.get("new_tags"):
            self._read_tags(values)
        return values

    def chosen(self) -> dict[str, Any]:
        """Return what the action takes, as `BulkEdit.values` keeps it."""
        values = self.cleaned_data
        match values["action"]:
            case BulkEdit.Action.SET_FIELD:
                return {"field": values["field"], "value": values["read"]}
            case BulkEdit.Action.ADD_TAGS:
                return {"names": values["read"]}
            case BulkEdit.Action.REMOVE_TAGS:
                return {"tags": [int(pk) for pk in values["old_tags"]]}
            case BulkEdit.Action.SUBSCRIBE:
                kept = {name: values[name] for name in ("basis", "basis_note")}
                return {"list": int(values["onto"])} | kept
            case BulkEdit.Action.UNSUBSCRIBE:
                return {"list": int(values["off"])}
            case _:
                return {}

    def _read_value(self, values: dict[str, Any]) -> None:
        try:
            values["read"] = fields.read(self.workspace.pk, values["field"], values["value"])
        except typed_values.TypedValueError as error:
            self.add_error("value", str(error))

    def _read_tags(self, values: dict[str, Any]) -> None:
        words = [word for word in values["new_tags"].split(",") if word.strip()]
        try:
            values["read"] = [tags.clean(word) for word in words]
        except tags.TagError as error:
            self.add_error("new_tags", str(error))

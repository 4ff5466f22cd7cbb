"""The forms of senders and of providers with their secrets."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.accounts import outbound, providers, stand_ins
from campaigns.accounts.forms.fields import AddressField, LineField
from campaigns.accounts.models import Provider, Sender, Workspace

_STAND_INS = (_("If it is in trouble, then"), _("After that"), _("And after that"))
_KEEP = _("Leave empty to keep the one that ends in %(hint)s.")
# Else whoever may change the server could have the stored secret sent to a server of their own.
ELSEWHERE = _("This goes to another server now: enter it again.")

if TYPE_CHECKING:
    _SenderModelForm = forms.ModelForm[Sender]
else:  # Generic in the stubs alone.
    _SenderModelForm = forms.ModelForm


class SenderForm(_SenderModelForm):
    """A From identity and the provider that mails for it."""

    name = LineField(
        label=_("From name"), max_length=120, help_text=_("What people see in their inbox.")
    )
    email = AddressField(
        label=_("From address"),
        help_text=_("Its domain should be yours: inboxes check that the provider may use it."),
    )
    reply_to = AddressField(
        label=_("Reply-to address"),
        required=False,
        help_text=_("Empty: answers go to the From address."),
    )
    unsubscribe_mailbox = AddressField(
        label=_("Mailbox for unsubscribe mails"),
        required=False,
        help_text=_("Only if somebody reads it: it is then offered to mail programs."),
    )

    class Meta:
        model = Sender
        fields = ["name", "email", "reply_to", "provider", "unsubscribe_mailbox"]

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace
        self.fields["provider"] = forms.ModelChoiceField(
            workspace.providers.order_by("name"),
            label=_("Provider"),
            empty_label=None,
            initial=self.initial.get("provider"),
        )
        known = [] if self.instance._state.adding else stand_ins.in_order(self.instance)[1:]
        for place, label in enumerate(_STAND_INS):
            self.fields[f"stand_in_{place}"] = forms.ModelChoiceField(
                workspace.providers.order_by("name"),
                label=label,
                required=False,
                empty_label=_("Nobody"),
                initial=known[place] if place < len(known) else None,
            )

    def stand_in_fields(self) -> list[forms.BoundField]:
        """The fields for those who take over, where there is anybody to choose."""
        if self.workspace.providers.count() < 2:
            return []
        return [self[f"stand_in_{place}"] for place in range(stand_ins.MOST)]

    def save(self, commit: bool = True) -> Sender:
        """Keep the sender, and in which order providers take its mails."""
        sender: Sender = super().save(commit)
        stand_ins.put_in_order(sender, self._stand_ins(self.cleaned_data))
        return sender

    def _stand_ins(self, values: dict[str, Any]) -> list[Provider]:
        chosen = [values.get(f"stand_in_{place}") for place in range(stand_ins.MOST)]
        return [provider for provider in chosen if provider is not None]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        seen = {values.get("provider")}
        for place in range(stand_ins.MOST):
            provider = values.get(f"stand_in_{place}")
            if provider is not None and provider in seen:
                self.add_error(f"stand_in_{place}", _("It is in the order already."))
            seen.add(provider)
        twins = self.workspace.senders.exclude(pk=self.instance.pk).filter(
            email__iexact=values.get("email", ""), name=values.get("name", "")
        )
        if twins.exists():
            raise ValidationError(_("There already is a sender with this name and address."))
        return values


class ProviderForm(forms.Form):
    """The name and credentials of a provider; its fields are those of its kind."""

    name = LineField(label=_("Name"), max_length=80, help_text=_("To tell your providers apart."))

    def __init__(self, data: Any, *, provider: Provider) -> None:
        self.provider = provider
        self.rows = providers.FIELDS[provider.kind]
        self.known = provider.credentials
        initial: dict[str, Any] = {"name": provider.name or provider.get_kind_display()}
        initial |= {row.name: row.default for row in self.rows}
        initial |= {row.name: self.known[row.name] for row in self._shown()}
        super().__init__(data, initial=initial)
        for row in self.rows:
            self.fields[row.name] = self._field(row)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for row in self.rows:
            try:
                _check_outbound(row, values.get(row.name), values.get("port") or 25)
            except outbound.OutboundError as error:
                self.add_error(row.name, str(error))
        if self._leads_elsewhere(values):
            for row in self.rows:
                if row.secret and row.name in self.known and not values.get(row.name):
                    self.add_error(row.name, ELSEWHERE)
        return values

    def save(self) -> Provider:
        """Seal what was given, keep secrets that were left empty, and return the provider."""
        values = self.cleaned_data
        given = {row.name: values[row.name] for row in self.rows if values[row.name]}
        kept = {
            row.name: self.known[row.name]
            for row in self.rows
            if row.secret and row.name in self.known
        }
        self.provider.name = values["name"]
        self.provider.credentials = kept | given
        self.provider.save()
        return self.provider

    def _leads_elsewhere(self, values: dict[str, Any]) -> bool:
        return any(
            (self.known.get(row.name) or row.default) != (values.get(row.name) or row.default)
            for row in self.rows
            if row.format in (providers.Format.HOST, providers.Format.URL)
        )

    def _shown(self) -> list[providers.Field]:
        return [row for row in self.rows if row.name in self.known and not row.secret]

    def _field(self, row: providers.Field) -> forms.Field:
        common: dict[str, Any] = {
            "label": row.label,
            "help_text": row.help,
            "required": row.required,
        }
        if row.secret:
            return self._secret_field(row, common)
        if row.choices:
            return forms.ChoiceField(choices=row.choices, **common)
        if row.format is providers.Format.PORT:
            return forms.IntegerField(min_value=1, max_value=65535, **common)
        return LineField(max_length=500, widget=forms.TextInput({"spellcheck": "false"}), **common)

    def _secret_field(self, row: providers.Field, common: dict[str, Any]) -> forms.Field:
        if row.name in self.known:
            keep = _KEEP % {"hint": providers.hint(str(self.known[row.name]))}
            common |= {"required": False, "help_text": keep}
        widget = forms.PasswordInput({"autocomplete": "new-password"})
        return LineField(max_length=2000, widget=widget, **common)


def _check_outbound(row: providers.Field, value: Any, port: int) -> None:
    if not value:
        return
    match row.format:
        case providers.Format.HOST:
            outbound.addresses(value, port)
        case providers.Format.URL if value != row.default:
            outbound.check_url(value)
        case _:
            pass

"""The form of a bounce mailbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from campaigns.accounts import encryption, outbound, providers
from campaigns.accounts.forms.fields import AddressField, LineField
from campaigns.accounts.forms.senders import ELSEWHERE
from campaigns.accounts.models import Sender
from campaigns.sending.bounces import return_addresses
from campaigns.sending.bounces.models import BounceMailbox

_PORTS = {BounceMailbox.Protocol.IMAP: 993, BounceMailbox.Protocol.POP3: 995}
_NAMES = ("host", "port", "security", "user")


class MailboxForm(forms.Form):
    """Where bounces come back to, and how we read them there."""

    address = AddressField(
        label=_("Address of the mailbox"),
        help_text=_("For bounces alone, in the sender's domain or below it."),
    )
    style = forms.ChoiceField(
        label=_("Form of the return addresses"),
        choices=BounceMailbox.Style.choices,
        help_text=_("Each mail gets one of its own. They must all lead into the mailbox."),
    )
    protocol = forms.ChoiceField(
        label=_("Protocol"), choices=BounceMailbox.Protocol.choices, initial="imap"
    )
    host = LineField(
        label=_("Server"), max_length=253, help_text=_("For example imap.example.org.")
    )
    port = forms.IntegerField(
        label=_("Port"),
        min_value=1,
        max_value=65535,
        required=False,
        help_text=_("Empty: 993 for IMAP, 995 for POP3."),
    )
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=(("tls", _("TLS")), ("none", _("None (only inside your own network)"))),
        initial="tls",
    )
    user = LineField(label=_("User name"), max_length=254)
    password = LineField(
        label=_("Password"),
        max_length=2000,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any, *, sender: Sender) -> None:
        self.sender = sender
        self.mailbox = BounceMailbox.objects.filter(sender=sender).first()
        self.known = _known(self.mailbox)
        super().__init__(data, initial=self._initial())
        if not settings.ALLOW_PRIVATE_HOSTS:
            del self.fields["security"]
        if "password" in self.known:
            hint = providers.hint(str(self.known["password"]))
            self.fields["password"].required = False
            self.fields["password"].help_text = _t(
                "Leave empty to keep the one that ends in %(hint)s."
            ) % {"hint": hint}

    def clean_address(self) -> str:
        """The mailbox's domain has to be the sender's, or SPF would speak for somebody else."""
        address: str = self.cleaned_data["address"]
        name, _at, domain = address.lower().rpartition("@")
        if not _is_related(domain, self.sender.domain):
            raise ValidationError(
                _t("Choose an address in %(domain)s or below it: receivers compare the two.")
                % {"domain": self.sender.domain}
            )
        if len(name) > return_addresses.LONGEST_NAME:
            raise ValidationError(
                _t("The part before the @ may have %(most)d letters, to leave room for ours.")
                % {"most": return_addresses.LONGEST_NAME}
            )
        return address

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        port = values.get("port") or _PORTS.get(values.get("protocol", ""), 993)
        values["port"] = port
        if values.get("host"):
            try:
                outbound.addresses(values["host"], port)
            except outbound.OutboundError as error:
                self.add_error("host", str(error))
        moved = self.known.get("host") != values.get("host")
        if "password" in self.known and moved and not values.get("password"):
            self.add_error("password", ELSEWHERE)
        return values

    def save(self) -> BounceMailbox:
        """Seal what was given, keep a password that was left empty, and return the mailbox."""
        values = self.cleaned_data
        mailbox = self.mailbox or BounceMailbox(
            workspace_id=self.sender.workspace_id, sender=self.sender
        )
        mailbox.address, mailbox.style = values["address"], values["style"]
        mailbox.protocol = values["protocol"]
        given = {name: values[name] for name in _NAMES if name in values}
        password = values["password"] or self.known.get("password", "")
        if self._is_elsewhere(values):
            mailbox.position = ""
        mailbox.credentials = {"security": "tls"} | given | {"password": password}
        return mailbox

    def _is_elsewhere(self, values: dict[str, Any]) -> bool:
        return any(self.known.get(name) != values.get(name) for name in ("host", "user"))

    def _initial(self) -> dict[str, Any]:
        shown = {name: self.known[name] for name in _NAMES if name in self.known}
        if self.mailbox is None:
            return {"address": f"bounces@{self.sender.domain}"}
        facts = {name: getattr(self.mailbox, name) for name in ("address", "style", "protocol")}
        return facts | shown


def _known(mailbox: BounceMailbox | None) -> dict[str, Any]:
    try:
        return mailbox.credentials if mailbox else {}
    except encryption.EncryptionError:
        return {}


def _is_related(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")

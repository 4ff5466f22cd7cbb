"""Whether mailbox providers can see that the From domain stands behind a mail.

Gmail and Yahoo have asked bulk senders for SPF, DKIM and DMARC since February 2024
(https://support.google.com/a/answer/81126). DMARC is RFC 7489, SPF RFC 7208.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaigns.accounts import dns_records, signing_keys
from campaigns.accounts.models import Provider, Sender
from campaigns.composing.proofing.finding import Finding, Weight


def findings(sender: Sender | None) -> Iterator[Finding]:
    """Give what is missing in DNS. Mails into the local inbox need nothing of it."""
    if sender is None or sender.provider.kind == Provider.Kind.INBOX:
        return
    try:
        yield from _findings(sender)
    except dns_records.DnsError as error:
        yield Finding(Weight.MAY, f"{sender.domain}: {error}", field="sender")


def _findings(sender: Sender) -> Iterator[Finding]:
    domain, facts = sender.domain, {"domain": sender.domain}
    policy = _dmarc(domain)
    if not policy:
        message = _(
            "%(domain)s has no DMARC record. Gmail and Yahoo ask for one: publish “v=DMARC1; "
            "p=none” at _dmarc.%(domain)s to begin with."
        )
        yield Finding(Weight.SHOULD, message % facts, field="sender")
    if not _has(domain, "v=spf1"):
        message = _(
            "%(domain)s has no SPF record, which says who may mail for it. Your provider tells you "
            "what to publish."
        )
        yield Finding(Weight.SHOULD, message % facts, field="sender")
    by_us = sender.provider.kind == Provider.Kind.SMTP
    if by_us and not signing_keys.active(sender.workspace_id, domain):
        strict = policy in ("quarantine", "reject")
        message = (
            _(
                "Mails of %(domain)s are not signed here, and its DMARC record asks receivers to "
                "refuse what is not. Make keys under Settings, Senders, unless your server signs."
            )
            if strict
            else _(
                "Mails of %(domain)s are not signed with DKIM here. Make keys under Settings, "
                "Senders, unless your server signs."
            )
        )
        yield Finding(Weight.SHOULD, message % facts, field="sender")


def _dmarc(domain: str) -> str:
    """Return the policy that holds for the domain, its own or one above it; empty: none."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        above = ".".join(labels[start:])
        for record in _texts(f"_dmarc.{above}"):
            tags = dict(tag.strip().partition("=")[::2] for tag in record.split(";"))
            if tags.get("v", "").strip().lower() == "dmarc1":
                own = tags.get("p", "none")
                return (own if start == 0 else tags.get("sp", own)).strip().lower()
    return ""


def _has(domain: str, beginning: str) -> bool:
    return any(record.lower().startswith(beginning) for record in _texts(domain))


def _texts(name: str) -> list[str]:
    try:
        return dns_records.texts(name)
    except dns_records.NoRecordError:
        return []

"""DKIM keys of From domains: made here, published by the owner, used once DNS shows them."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.accounts import dns_records
from campaigns.accounts.models import Provider, SigningKey, Workspace

# Longer ones do not fit into what DNS answers in one packet.
RSA_BITS = 2048


def domains(workspace: Workspace) -> list[str]:
    """Return the From domains whose mails leave by a plain SMTP server, in order."""
    by_smtp = Q(provider__kind=Provider.Kind.SMTP) | Q(stand_ins__provider__kind=Provider.Kind.SMTP)
    senders = workspace.senders.filter(by_smtp).distinct()
    known = workspace.signing_keys.values_list("domain", flat=True)
    return sorted({sender.domain for sender in senders} | set(known))


def make(workspace: Workspace, domain: str) -> None:
    """Make a key of each kind for the domain; what is there stays."""
    name = f"candid-{secrets.token_hex(3)}"
    for algorithm in SigningKey.Algorithm:
        private = _private(algorithm)
        row = SigningKey(
            workspace=workspace,
            domain=domain,
            algorithm=algorithm,
            selector=f"{name}-{algorithm[0]}",
            public=_public(private),
        )
        row.private_pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        SigningKey.objects.bulk_create([row], ignore_conflicts=True)


def forget(workspace: Workspace, domain: str) -> None:
    """Delete the domain's keys: its mails are not signed here any more."""
    workspace.signing_keys.filter(domain=domain).delete()


def insist(workspace: Workspace, domain: str) -> None:
    """Sign with the domain's keys whatever DNS says."""
    workspace.signing_keys.filter(domain=domain).update(insisted_at=Now())


def check(workspace: Workspace, domain: str) -> bool:
    """Ask DNS for each of the domain's records, and say whether all are right."""
    wrong = 0
    rows = workspace.signing_keys.filter(domain=domain)
    for row in rows:
        found = finding(row)
        wrong += bool(found)
        rows.filter(pk=row.pk).update(
            checked_at=Now(), finding=found[:300], published_at=None if found else Now()
        )
    return bool(rows) and not wrong


def finding(row: SigningKey) -> str:
    """Say what is wrong with the key's record, as DNS has it now; nothing if it is right."""
    try:
        records = dns_records.texts(row.record_name)
    except dns_records.DnsError as error:
        return str(error)
    if len(records) != 1:
        return _("There is more than one record; delete those that are not ours.")
    found = dict(tag.strip().partition("=")[::2] for tag in records[0].split(";") if tag.strip())
    found = {name.strip(): "".join(value.split()) for name, value in found.items()}
    if found.get("p") != row.public:
        return _("The record holds another key. Copy the value again, all of it.")
    if found.get("k", "rsa") != row.algorithm:
        return _("The record does not say k=%(kind)s.") % {"kind": row.algorithm}
    return ""


def active(workspace_id: int, domain: str) -> list[SigningKey]:
    """Return the keys that the domain's mails are signed with, RSA first: most know that."""
    ready = Q(published_at__isnull=False) | Q(insisted_at__isnull=False)
    rows = SigningKey.objects.filter(ready, workspace=workspace_id, domain=domain)
    return sorted(rows, key=lambda row: row.algorithm != SigningKey.Algorithm.RSA)


def _private(algorithm: str) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    if algorithm == SigningKey.Algorithm.RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return ed25519.Ed25519PrivateKey.generate()


def _public(private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    public = private.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        encoded = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    else:
        encoded = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(encoded).decode()

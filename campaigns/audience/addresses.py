"""E-mail addresses: what is one, when two are the same, and a keyed hash that outlives them.

Nearly every address of a list is plain ASCII, and one expression decides those. Only the
doubtful go to email-validator, which knows all the rules and takes a hundred times longer.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable

import idna
from django.conf import settings
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"(?=[^.]{1,63}\.)[a-z0-9]+(?:-[a-z0-9]+)*\."
# RFC 6761: names that lead nowhere on the internet.
_TOP = r"(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,63}"
# Stricter than the rules, never laxer: what it takes, email-validator takes unchanged but
# for the domain's case. Tests hold the two against each other.
_PLAIN = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL})+{_TOP}", re.ASCII | re.IGNORECASE
)

# What goes on with an address in either direction, so that another, longer one is meant. Signs
# of quotation may be part of one, too; they are taken for quotation.
_LONGER_BEFORE, _LONGER_AFTER = r"(?<![\w.+%&-])", r"(?![\w-]|\.\w)"
# Whatever may be one in running text, which is more than what is one.
_ANY = re.compile(r"""[^\s@<>()\[\]"',:;/]+@[^\s@<>()\[\]"',:;]*[^\s@<>()\[\]"',:;.]""")


class AddressError(Exception):
    """The text is no address that mail can be sent to; the message says why."""


def check(email: str) -> str:
    """Return `email` as mail is sent to it: trimmed, its domain in ASCII lower case.

    Raises `AddressError` with a sentence for the person who gave it.
    """
    text = email.strip()
    if is_plain(text):
        if text.islower():
            return text
        local, _at, domain = text.rpartition("@")
        return f"{local}@{domain.lower()}"
    return _check_doubtful(text)


def is_plain(text: str) -> bool:
    """Whether `text` is an address beyond doubt, without asking the library."""
    return len(text) <= MAX_LENGTH and _PLAIN.fullmatch(text) is not None


def key(email: str) -> str:
    """Return what is equal for two spellings of one address; never raises."""
    text = email.strip()
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    local, at, domain = text.rpartition("@")
    return f"{local}{at}{_ascii_domain(domain)}"


def fingerprint(workspace_id: int, email_key: str) -> bytes:
    """Return 16 bytes that stand for an address in one workspace, and tell nothing else."""
    return fingerprinter(workspace_id)(email_key)


def fingerprinter(workspace_id: int) -> Callable[[str], bytes]:
    """Return `fingerprint` for one workspace, for those who need it a million times."""
    started = hashlib.blake2b(
        digest_size=16,
        key=_fingerprint_key(),
        salt=workspace_id.to_bytes(16, "big"),
        person=b"candid.address",
    )

    def finish(email_key: str) -> bytes:
        hashed = started.copy()
        hashed.update(email_key.encode("utf-8", "surrogatepass"))
        return hashed.digest()

    return finish


def mask(email: str) -> str:
    """Return `email` so that its owner knows it again, and a stranger does not."""
    local, _at, domain = email.rpartition("@")
    name, dot, rest = domain.partition(".")
    return f"{local[:1]}•••@{name[:1]}•••{dot}{rest}"


def masked(text: str) -> str:
    """Return `text`, words of a server that are to be kept or logged, with its addresses masked."""
    return _ANY.sub(lambda found: mask(found[0]), text)


def readable(email: str) -> str:
    """Return `email` with an international domain in its own letters."""
    if "xn--" not in email:
        return email
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return email


def spellings(email: str) -> tuple[str, ...]:
    """Return how files and people may write `email`: its domain in ASCII, or in its own letters."""
    return tuple({email.lower(): "", key(email): "", readable(key(email)): ""})


def names(text: str, email: str) -> bool:
    """Whether `text` holds this address itself, however it is spelled, and not a longer one."""
    return any(
        re.search(f"{_LONGER_BEFORE}{re.escape(one)}{_LONGER_AFTER}", text, re.IGNORECASE)
        for one in spellings(email)
    )


def _check_doubtful(text: str) -> str:
    if not text:
        raise AddressError(_("There is no address."))
    if len(text) > MAX_LENGTH * 2:
        raise AddressError(_("The address is too long."))
    if "@" not in text:
        raise AddressError(_("An address needs an @-sign."))
    local = text.rpartition("@")[0]
    if any(unicodedata.category(letter) == "Cf" for letter in local):
        raise AddressError(_("The address has a character that cannot be seen: type it anew."))
    if not local.isascii():
        raise AddressError(_("Letters such as ö before the @-sign cannot be mailed to."))
    try:
        found = validate_email(text, strict=True, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as error:
        raise AddressError(str(error)) from error
    if found.ascii_email is None or len(found.ascii_email) > MAX_LENGTH:
        raise AddressError(_("The address is too long."))
    return found.ascii_email


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def _fingerprint_key() -> bytes:
    return hashlib.blake2b(
        settings.FINGERPRINT_KEY.encode(), digest_size=32, person=b"candid.fingerprt"
    ).digest()

"""The address that one mail comes back to: VERP, with a MAC that strangers cannot make.

A token is `<delivery>-<16 letters>`: the delivery's number, and a keyed BLAKE2b of it in
the letters of base32, 5 bits each, 80 bits in all. It stands in the local part of an
address, which servers may put into other case; 64 bytes hold it with up to 27 letters of
the mailbox's own. A mail comes back within days, so `SECRET_KEY_FALLBACKS` is all the
memory that it needs of former keys. Golden vectors in the tests freeze the layout.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator

from django.conf import settings

from campaigns.accounts.models import Sender
from campaigns.sending.bounces.models import BounceMailbox
from campaigns.sending.smtp import SmtpMailer

# RFC 5321 4.5.3.1.1 gives 64 bytes to a local part; a number of 64 bits has 19 digits.
LONGEST_NAME = 64 - 1 - 19 - 1 - 16
_LETTERS = 16
_BASE32 = (b"abcdefghijklmnopqrstuvwxyz234567" * 8)[:256]
_TOKEN = re.compile(r"(?<![0-9a-z])([1-9][0-9]{0,18})-([a-z2-7]{16})@", re.IGNORECASE)
# So many tokens of one mail are looked at: the real one comes early.
_MOST = 10


def of_sender(sender: Sender, mailer: object) -> Callable[[int], str] | None:
    """Return the maker of return addresses for mails that leave through `mailer`.

    None where mails do not come back by mail: by API, or without a mailbox for it.
    """
    if not isinstance(mailer, SmtpMailer):
        return None
    mailbox = BounceMailbox.objects.filter(sender=sender).first()
    return maker(mailbox.address, mailbox.style) if mailbox else None


def maker(address: str, style: str) -> Callable[[int], str]:
    """Return the function that makes the return address of a delivery."""
    name, _at, domain = address.rpartition("@")
    head = "" if style == BounceMailbox.Style.DOMAIN else f"{name}{style}"
    tail = f"@{domain}"
    keyed = _keyed(settings.SECRET_KEY)

    def make(delivery_id: int) -> str:
        number = b"%d" % delivery_id
        mac = keyed.copy()
        mac.update(number)
        return f"{head}{delivery_id}-{mac.digest().translate(_BASE32).decode('ascii')}{tail}"

    return make


def found(text: str) -> Iterator[int]:
    """Return the deliveries whose tokens stand in `text` and are ours."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    for position, match in enumerate(_TOKEN.finditer(text)):
        if position == _MOST:
            return
        number, letters = match[1], match[2].lower()
        if any(hmac.compare_digest(_mac(secret, number), letters) for secret in secrets):
            yield int(number)


def _mac(secret: str, number: str) -> str:
    mac = _keyed(secret).copy()
    mac.update(number.encode("ascii"))
    return mac.digest().translate(_BASE32).decode("ascii")


@functools.lru_cache(maxsize=8)
def _keyed(secret: str) -> hashlib.blake2b:
    key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"candid.bounces").digest()
    return hashlib.blake2b(key=key, digest_size=_LETTERS)

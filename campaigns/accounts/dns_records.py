"""Ask DNS for text records."""

from __future__ import annotations

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

# Seconds for the whole question, whichever servers are asked.
PATIENCE = 6.0


class DnsError(Exception):
    """There is no such record, or nobody answers; the message says which."""


class NoRecordError(DnsError):
    """There is no such record."""


def texts(name: str) -> list[str]:
    """Return the TXT records of `name`, each in one piece. Raises `DnsError`."""
    try:
        answer = resolver().resolve(name, "TXT", lifetime=PATIENCE, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
        raise NoRecordError(
            _("There is no such record yet. A new one may take up to an hour to be seen.")
        ) from error
    except dns.exception.DNSException as error:
        raise DnsError(_("The domain’s name servers do not answer. Try again later.")) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def resolver() -> dns.resolver.Resolver:
    """Return a resolver that remembers nothing: a record may have been published just now."""
    return dns.resolver.Resolver()

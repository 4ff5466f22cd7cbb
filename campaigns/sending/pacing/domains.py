"""Which mailbox provider reads the mail of a domain: they judge, and slow down, each their own way.

Only the providers' own domains are known. A company's domain whose mail is read at Google or
Microsoft counts as `other`: to know better, we would have to ask the DNS for each.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

OTHER = "other"

DOMAINS: dict[str, tuple[str, ...]] = {
    "gmail": ("gmail.com", "googlemail.com"),
    "microsoft": (
        *("outlook.com", "hotmail.com", "live.com", "msn.com", "passport.com", "windowslive.com"),
        *("outlook.de", "outlook.fr", "outlook.es", "outlook.it", "outlook.at", "outlook.be"),
        *("outlook.dk", "outlook.ie", "outlook.jp", "outlook.pt", "outlook.com.br", "outlook.cz"),
        *("hotmail.de", "hotmail.fr", "hotmail.es", "hotmail.it", "hotmail.be", "hotmail.nl"),
        *("hotmail.co.uk", "hotmail.se", "hotmail.no", "hotmail.dk", "hotmail.ch", "hotmail.gr"),
        *("hotmail.ca", "hotmail.com.ar", "hotmail.com.br", "hotmail.com.au", "hotmail.co.jp"),
        *("live.de", "live.fr", "live.it", "live.nl", "live.be", "live.at", "live.se", "live.no"),
        *("live.dk", "live.co.uk", "live.ca", "live.com.au", "live.com.mx", "live.jp", "live.cn"),
    ),
    "yahoo": (
        *("yahoo.com", "ymail.com", "rocketmail.com", "myyahoo.com", "aol.com", "aim.com"),
        *("yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "yahoo.co.uk", "yahoo.ie", "yahoo.ca"),
        *("yahoo.com.br", "yahoo.com.ar", "yahoo.com.mx", "yahoo.com.au", "yahoo.co.in"),
        *("yahoo.in", "yahoo.co.id", "yahoo.com.sg", "yahoo.com.ph", "yahoo.com.vn", "yahoo.se"),
        *("yahoo.gr", "yahoo.ro", "yahoo.pl", "aol.de", "aol.fr", "aol.co.uk", "verizon.net"),
    ),
    "apple": ("icloud.com", "me.com", "mac.com", "privaterelay.appleid.com"),
    "gmx": (
        *("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "gmx.fr", "gmx.co.uk", "gmx.eu"),
        *("web.de", "mail.com", "email.de", "gmx.info", "gmx.org", "gmx.us", "caramail.com"),
    ),
    "telekom": ("t-online.de", "magenta.de"),
    "orange": ("orange.fr", "wanadoo.fr"),
    "proton": ("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
    "yandex": ("yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz"),
    "mailru": ("mail.ru", "inbox.ru", "bk.ru", "list.ru", "internet.ru"),
    "qq": ("qq.com", "foxmail.com"),
    "netease": ("163.com", "126.com", "yeah.net"),
}

NAMES = {
    "gmail": _("Gmail"),
    "microsoft": _("Outlook and Hotmail"),
    "yahoo": _("Yahoo and AOL"),
    "apple": _("iCloud"),
    "gmx": _("GMX and Web.de"),
    "telekom": _("T-Online"),
    "orange": _("Orange"),
    "proton": _("Proton"),
    "yandex": _("Yandex"),
    "mailru": _("Mail.ru"),
    "qq": _("QQ"),
    "netease": _("NetEase"),
    OTHER: _("Other domains"),
}

_MAILBOXES = {domain: mailbox for mailbox, domains in DOMAINS.items() for domain in domains}
KNOWN = sorted(_MAILBOXES)


def mailbox_of(address: str) -> str:
    """Return the mailbox provider of an address, or `other`."""
    return _MAILBOXES.get(address.rpartition("@")[2].lower(), OTHER)


def name(mailbox: str) -> str:
    """Return what people call a mailbox provider."""
    return str(NAMES.get(mailbox, mailbox))


def condition(mailbox: str) -> tuple[str, list[str]]:
    """Return the SQL that says whether a column `domain` is this provider's, and its value."""
    if mailbox == OTHER:
        return "domain <> ALL(%(domains)s)", KNOWN
    return "domain = ANY(%(domains)s)", list(DOMAINS[mailbox])

"""What the mail says that asks people whether they want to stay, in the language that is spoken."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Words:
    """A mail to begin with: its makers may change every word."""

    name: str
    subject: str
    preheader: str
    body: str


def words(months: int, days: int) -> Words:
    """Return the mail, in Markdown."""
    asked = _("Do you still want to hear from us?")
    hello = _("Hello %(name)s,") % {
        "name": f'{{{{ contact.first_name | default: "{_("reader")}" }}}}'
    }
    seen = ngettext(
        "You agreed that we may see whether our mails are read, and for %(n)d month we have not "
        "seen that you read one. Perhaps we are wrong: mail programs hide much.",
        "You agreed that we may see whether our mails are read, and for %(n)d months we have not "
        "seen that you read one. Perhaps we are wrong: mail programs hide much.",
        months,
    ) % {"n": months}
    button = _("Yes, keep me")
    after = _("The button opens a page with one question. Answer it there, and all stays as it is.")
    otherwise = ngettext(
        "If you do nothing, we take you off our list, %(n)d day from now at the earliest. You may "
        "sign up again whenever you like.",
        "If you do nothing, we take you off our list, %(n)d days from now at the earliest. You may "
        "sign up again whenever you like.",
        days,
    ) % {"n": days}
    leave = _("No, unsubscribe me")
    body = [
        f"# {asked}",
        hello,
        seen,
        f'[{button}]({{{{ stay_url }}}} "button")',
        after,
        otherwise,
        f"[{leave}]({{{{ unsubscribe_url }}}})",
    ]
    return Words(asked, asked, _("Please tell us."), "\n\n".join(body) + "\n")

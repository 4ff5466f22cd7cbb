"""What every mail says at its top and its end: preheader, ways out, what is recorded."""

from __future__ import annotations

import html
from dataclasses import dataclass

from django.utils.translation import gettext as _

_FONT = (
    "font:400 13px/20px -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,"
    "sans-serif"
)
# Readable on white and on light grey; our own layout lightens it in the dark.
_GREY = "#646b77"


@dataclass(frozen=True)
class Footer:
    """The facts of a footer; an empty address leaves its link out."""

    recorded: str
    sender: str
    postal_address: str
    unsubscribe_url: str
    preferences_url: str

    def as_html(self) -> str:
        """Return the footer for an HTML body."""
        offers = [
            (self.unsubscribe_url, _("Unsubscribe")),
            (self.preferences_url, _("Preferences")),
        ]
        links = " &nbsp;·&nbsp; ".join(
            f'<a href="{url}" style="color:{_GREY};text-decoration:underline">{label}</a>'
            for url, label in offers
            if url
        )
        lines = [links, html.escape(self._address()), html.escape(self.recorded)]
        paragraphs = "".join(
            f'<p style="margin:0 0 8px;{_FONT};color:{_GREY}">{line}</p>' for line in lines if line
        )
        return (
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
            '<tr><td align="center" class="footer" style="padding:24px 20px 32px;'
            f'{_FONT};color:{_GREY};text-align:center">'
            f'<div style="max-width:520px;margin:0 auto">{paragraphs}</div></td></tr></table>'
        )

    def as_text(self) -> str:
        """Return the footer for the plain text part."""
        # Not "-- ": mail programs fold away what they take for a signature.
        lines = ["———"]
        if self.unsubscribe_url:
            lines.append(_("Unsubscribe: %s") % f"<{self.unsubscribe_url}>")
        if self.preferences_url:
            lines.append(_("Preferences: %s") % f"<{self.preferences_url}>")
        return "\n".join([*lines, self._address(), self.recorded]) + "\n"

    def _address(self) -> str:
        lines = (self.sender, *self.postal_address.splitlines())
        return ", ".join(line.strip() for line in lines if line.strip())


def preheader(text: str) -> str:
    """Return the line that inboxes show behind the subject, unseen in the mail itself.

    The invisible characters after it keep the inbox from going on with the body.
    """
    if not text.strip():
        return ""
    filler = "&#847;&zwnj;&nbsp;" * 60
    return (
        '<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;'
        f'mso-hide:all;font-size:1px;line-height:1px;color:transparent">{text}{filler}</div>'
    )


def pixel(url: str) -> str:
    """Return the image that tells of an open; the last thing in a body."""
    return (
        f'<img src="{html.escape(url)}" width="1" height="1" alt="" '
        'style="display:block;width:1px;height:1px;border:0">'
    )

"""What sign-up forms and their mails say where a member wrote nothing: in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.audience import letters
from campaigns.audience.models import SignUpForm


def title(form: SignUpForm) -> str:
    """Return the heading of the form."""
    return form.title or _("Sign up for %(list)s") % {"list": form.list.name}


def notice(form: SignUpForm) -> str:
    """Return what people agree to; kept word for word with their agreement."""
    return form.notice or _(
        "You get mails of “%(list)s” from %(sender)s. You can unsubscribe at any time by the "
        "link in each of them."
    ) % {"list": form.list.name, "sender": form.workspace.name}


def please_confirm(form: SignUpForm, link: str) -> tuple[str, ...]:
    """Return the subject and the paragraphs of the mail that asks to confirm."""
    names = {"list": form.list.name, "sender": form.workspace.name}
    return (
        form.confirm_subject or _("Please confirm: %(list)s") % names,
        form.confirm_text
        or _(
            "Somebody, we hope you, asked to get “%(list)s” from %(sender)s at this address. "
            "Open this page and press the button to confirm:"
        )
        % names,
        link,
        _("The link works for seven days."),
        letters.not_you(),
    )


def already(form: SignUpForm, link: str) -> tuple[str, ...]:
    """Return the subject and the paragraphs of the mail to who is on the list."""
    names = {"list": form.list.name}
    return (
        _("You get “%(list)s” already") % names,
        _("Somebody, we hope you, asked for “%(list)s” at this address. You are on it already.")
        % names,
        _("Here you choose what you get, and stop it:"),
        link,
    )


def welcome_subject(form: SignUpForm) -> str:
    """Return the subject of a welcome that has none of its own."""
    return _("Welcome to %(list)s") % {"list": form.list.name}


def leave(link: str) -> str:
    """Return the last line of a welcome."""
    return _("Unsubscribe at any time: %(link)s") % {"link": link}

"""The ways to put a sign-up form on a page: its address, a frame, and plain HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.audience import choosing, languages
from campaigns.audience.models import SignUpForm
from campaigns.audience.sign_ups import words
from campaigns.audience.sign_ups.fields import TRAP, SignUpFields


@dataclass(frozen=True)
class Way:
    """One way to offer the form, and what to copy for it."""

    name: str
    about: str
    text: str
    rows: int = 1


def of(form: SignUpForm) -> Sequence[Way]:
    """Return the ways, the simplest first."""
    page = settings.PUBLIC_URL + reverse("audience:join", args=[form.key])
    with languages.speaking(_language(form)):
        frame, plain = _frame(form), _plain(form, page)
    return (
        Way(_("Its own page"), _("Link to it from anywhere."), page),
        Way(_("A frame"), _("In pages that are named above as those that may frame it."), frame, 2),
        Way(
            _("Plain HTML"),
            _("In any page, in its own style, without JavaScript. A stricter limit holds for it."),
            plain,
            8,
        ),
    )


def _language(form: SignUpForm) -> str:
    """Return what a page that it stands on speaks most likely; the members' own is no matter."""
    return languages.known(form.language, form.workspace.language) or languages.OTHERWISE


def _frame(form: SignUpForm) -> str:
    framed = settings.PUBLIC_URL + reverse("audience:framed_join", args=[form.key])
    title = words.title(form).replace('"', "&quot;")
    return f'<iframe src="{framed}" title="{title}" width="100%" height="520"></iframe>'


def _plain(form: SignUpForm, page: str) -> str:
    facts = {
        "page": page,
        # Pages have ids of their own.
        "fields": SignUpFields(form, auto_id=False),
        "trap": TRAP,
        "notice": words.notice(form),
        "statement": choosing.statement() if form.asks_measuring else "",
    }
    return render_to_string("audience/sign_up_snippet.html", facts).strip()

"""Mark links for the statistics of the website they lead to.

The five `utm_` parameters were Urchin's, and all such tools read them now
(https://support.google.com/analytics/answer/10917952). They are the same in every mail, so
they tell a website which campaign somebody came from, and never who it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from django.conf import settings

from campaigns.composing import markup, merge_tags, plain_text
from campaigns.composing.marks import Marks
from campaigns.composing.models import Campaign

NAMES = ("utm_source", "utm_medium", "utm_campaign")

_Replacer = Callable[[str, Callable[[str], str | None]], str]


def of(campaign: Campaign) -> dict[str, str]:
    """Return the marks of a campaign, those that it has, by their names."""
    values = {name: getattr(campaign, name).strip() for name in NAMES}
    return {name: value for name, value in values.items() if value}


def in_html(source: str, marks: Mapping[str, str]) -> str:
    """Return the HTML of a mail, its links marked; merge tags stay in place."""
    return _changed(source, markup.replace_links, marks)


def in_text(source: str, marks: Mapping[str, str]) -> str:
    """Return the plain text of a mail, its links marked."""
    return _changed(source, plain_text.replace_links, marks)


def marked(url: str, marks: Mapping[str, str]) -> str | None:
    """Return the address with the marks that it has not, or None if there is nothing to add."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if not marks or url.startswith((f"{settings.PUBLIC_URL}/", f"{settings.TRACKING_URL}/")):
        return None
    has = {name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    new = [f"{name}={quote(value, safe='')}" for name, value in marks.items() if name not in has]
    if not new:
        return None
    # What is there stays as it is written: a server may be particular about it.
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, *new]))))


def _changed(source: str, replace_links: _Replacer, marks: Mapping[str, str]) -> str:
    if not marks:
        return source
    masks = Marks(source)
    masked = replace_links(merge_tags.mask(source, masks), partial(marked, marks=marks))
    return masks.restore(masked, merge_tags.literal)

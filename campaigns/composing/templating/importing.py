"""Translate the merge tags of MailChimp's and listmonk's HTML templates into ours.

What has no counterpart here stays where it stands, letter for letter, and is told with its
line. Knows nothing of requests and rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

_MAILCHIMP = re.compile(r"\*\|(?P<tag>[^|*\n]{1,200})\|\*")
_EDIT = re.compile(r"\s+(?P<tag>mc:[a-z]+(?:=\"[^\"]*\"|='[^']*')?)", re.IGNORECASE)
_LISTMONK = re.compile(r"\{\{-?\s*(?P<tag>[^{}]{1,300}?)\s*-?\}\}")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,59}")

_FIELDS = {"EMAIL": "email", "FNAME": "first_name", "LNAME": "last_name"}
_ADDRESSES = {
    "UNSUB": "{{ unsubscribe_url }}",
    "UPDATE_PROFILE": "{{ preferences_url }}",
    "ARCHIVE": "{{ web_version_url }}",
}
# Our footer says these in every mail.
_IN_FOOTER = ("LIST:ADDRESS", "HTML:LIST_ADDRESS_HTML", "LIST:ADDRESSLINE", "LIST:COMPANY")
_GO = {
    ".Subscriber.Email": "{{ contact.email }}",
    ".Subscriber.FirstName": "{{ contact.first_name }}",
    ".Subscriber.LastName": "{{ contact.last_name }}",
    ".UnsubscribeURL": "{{ unsubscribe_url }}",
    "UnsubscribeURL": "{{ unsubscribe_url }}",
    "UnsubscribeURL .": "{{ unsubscribe_url }}",
    "ManageURL": "{{ preferences_url }}",
    "ManageURL .": "{{ preferences_url }}",
    "MessageURL": "{{ web_version_url }}",
    "MessageURL .": "{{ web_version_url }}",
    "TrackView": "",
    "TrackView .": "",
}
_TRACK = re.compile(r"""TrackLink\s+(["'`])(?P<url>[^"'`]+)\1\s*\.?""")
_ATTRIBUTE = re.compile(r"\.Subscriber\.Attribs\.(?P<name>[A-Za-z][A-Za-z0-9_]{0,58})")
_TRACKED = re.compile(r"(?P<url>https?://[^\s\"'<>@]+)@TrackLink")


@dataclass
class Imported:
    """The HTML with our merge tags, and what a person has to look at."""

    html: str
    notes: list[dict[str, str | int]] = field(default_factory=list)

    def note(self, source: str, at: int, found: str, words: str) -> None:
        """Tell of something at a place in the source."""
        line = source.count("\n", 0, at) + 1
        self.notes.append({"line": line, "found": found.strip(), "words": words})


def left_over(source: str) -> str:
    """Return the first merge tag of MailChimp that still stands in a text, or nothing."""
    found = _MAILCHIMP.search(source)
    return found.group() if found else ""


def translate(source: str) -> Imported:
    """Return a template of MailChimp or listmonk with our merge tags in it."""
    is_mailchimp = _MAILCHIMP.search(source) or _EDIT.search(source)
    made = Imported(source)
    if is_mailchimp:
        _replace(made, source, _MAILCHIMP, _mailchimp)
        _replace(made, source, _EDIT, _edit, html=made.html)
    else:
        made.html = _TRACKED.sub(r"\g<url>", source)
        _replace(made, source, _LISTMONK, _listmonk, html=made.html)
    made.notes.sort(key=lambda note: int(note["line"]))
    return made


# Gives what stands there instead (None: what stood there), and what a person is told.
Rule = Callable[[str], tuple[str | None, str]]


def _replace(
    made: Imported, source: str, pattern: re.Pattern[str], rule: Rule, *, html: str = ""
) -> None:
    text = html or source

    def one(match: re.Match[str]) -> str:
        instead, words = rule(match["tag"].strip())
        if words:
            made.note(text, match.start("tag"), match.group(), words)
        return match.group() if instead is None else instead

    made.html = pattern.sub(one, text)


def _mailchimp(tag: str) -> tuple[str | None, str]:
    if tag in _ADDRESSES:
        return _ADDRESSES[tag], ""
    if tag in _IN_FOOTER:
        return "", _("Left out: the footer of every mail says it already.")
    if tag == "MC:SUBJECT":
        return None, _("Write the subject here yourself.")
    if tag == "END:IF":
        return "{% endif %}", ""
    if tag == "ELSE:":
        return "{% else %}", ""
    kind, _colon, rest = tag.partition(":")
    if kind in ("IF", "IFNOT", "ELSEIF"):
        return _condition(kind, rest)
    if _NAME.fullmatch(tag) and (tag in _FIELDS or tag.startswith("MERGE") or ":" not in tag):
        return _named(tag)
    return None, _("This has no counterpart here. Replace it, or take it out.")


def _named(tag: str) -> tuple[str | None, str]:
    if tag in _FIELDS:
        return f"{{{{ contact.{_FIELDS[tag]} }}}}", ""
    if tag in ("CURRENT_YEAR", "DATE", "REWARDS", "FORWARD", "TRANSLATE") or "_LINK" in tag:
        return None, _("This has no counterpart here. Replace it, or take it out.")
    name = tag.lower()
    return f"{{{{ contact.{name} }}}}", _("See that there is a field “%s”.") % name


def _condition(kind: str, rest: str) -> tuple[str | None, str]:
    found = re.fullmatch(r"([A-Z][A-Z0-9_]*)\s*(?:(!?=)\s*([^=]*))?", rest)
    if found is None:
        return None, _("This condition has no counterpart here. Write it anew.")
    name = f"contact.{_FIELDS.get(found[1], found[1].lower())}"
    value = (found[3] or "").strip().strip("\"'").replace('"', "")
    words = "" if found[1] in _FIELDS else _("See that there is a field “%s”.") % name[8:]
    is_not = (kind == "IFNOT") != (found[2] == "!=")
    asked = f'{name} {"!=" if is_not else "=="} "{value}"'
    if not found[2]:
        asked = f'{name} == nil or {name} == ""' if is_not else f'{name} and {name} != ""'
    return f"{{% {'elsif' if kind == 'ELSEIF' else 'if'} {asked} %}}", words


def _edit(tag: str) -> tuple[str | None, str]:
    return "", _("Taken out: the whole HTML can be edited here.")


def _listmonk(tag: str) -> tuple[str | None, str]:
    if tag in _GO:
        return _GO[tag], ""
    if found := _TRACK.fullmatch(tag):
        return found["url"], ""
    if found := _ATTRIBUTE.fullmatch(tag):
        name = found["name"].lower()
        return f"{{{{ contact.{name} }}}}", _("See that there is a field “%s”.") % name
    if tag.startswith('template "content"'):
        return "<p>…</p>", _("The words of the mail go here.")
    return None, _("This has no counterpart here. Replace it, or take it out.")

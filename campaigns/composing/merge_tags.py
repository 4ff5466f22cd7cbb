"""Merge tags: a small, safe part of Liquid, read once per text.

An author gets the person's own fields, a list of filters, and conditions and loops
with limits; nothing else can be named, so nothing of the server can be reached.
"""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Collection, Mapping

import liquid
from django.utils.translation import gettext as _
from liquid.exceptions import LiquidError
from liquid.static_analysis import Variable

from campaigns.composing import limits
from campaigns.composing.marks import Marks, Tag

PERSON_FIELDS = ("email", "first_name", "last_name", "language", "country", "time_zone")
LINKS = ("unsubscribe_url", "preferences_url", "web_version_url", "stay_url")

# What a reading error inside a value or a filter may be, besides Liquid's own.
FAILURES = (LiquidError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)

# All begin with one brace, by which a search finds the few places fast.
_TAG = re.compile(
    r"\{(?:(?P<raw>%-?\s*raw\s*-?%\}(?P<literal>.*?)\{%-?\s*endraw\s*-?%\})"
    r"|(?P<comment>%(?P<cl>-?)\s*(?:comment\b.*?\{%-?\s*endcomment\s*|\#.*?)(?P<cr>-?)%\})"
    r"|\{(?P<ol>-?)(?P<output>.*?)(?P<or>-?)\}\}"
    r"|%(?P<tl>-?)\s*(?P<name>\w+)(?P<tag>.*?)(?P<tr>-?)%\})",
    re.DOTALL,
)
_ENTITY = re.compile(r"&(?:quot|apos|lt|gt|amp|nbsp|#\d+|#x[0-9a-f]+);", re.IGNORECASE)


class MergeTagError(Exception):
    """A merge tag is unknown, cannot be read, or cannot be filled in."""

    def __init__(self, reason: str, *, tag: str = "", line: int = 0) -> None:
        super().__init__(f"{reason} (line {line}: {tag})" if line else reason)
        self.reason = reason
        self.tag = tag
        self.line = line


_ESCAPING = limits.Environment(autoescape=True)
_PLAIN = limits.Environment(autoescape=False)


def parse(source: str, *, escape: bool, words: bool = False) -> liquid.BoundTemplate:
    """Read Liquid source, once. Raises `MergeTagError`.

    With `escape` what is filled in becomes text of an HTML mail; what the author quotes in a
    tag may be HTML, unless it is `words` as well.
    """
    try:
        template = (_ESCAPING if escape else _PLAIN).from_string(source)
    except FAILURES as error:
        raise _readable(error, source) from error
    if words:
        limits.quote_words(template)
    return template


def check(source: str, fields: Collection[str]) -> None:
    """See that `source` can be read and names only what exists. Raises `MergeTagError`."""
    source = unescape(source)
    template = parse(source, escape=False)
    analysis = template.analyze(include_partials=False)
    for variables in analysis.globals.values():
        for variable in variables:
            _check_name(variable, source, fields)
    for name, spans in analysis.filters.items():
        if name not in limits.FILTERS:
            line = source.count("\n", 0, spans[0].index) + 1
            raise MergeTagError(_("There is no filter “%s”.") % name, tag=name, line=line)
    _check_loops(source)
    render(template, {"contact": {}})


def render(template: liquid.BoundTemplate, values: Mapping[str, object]) -> str:
    """Fill in a text that was read before. Raises `MergeTagError`."""
    try:
        return template.render(values)
    except FAILURES as error:
        raise _readable(error, "") from error


def mask(source: str, marks: Marks) -> str:
    """Put a mark in place of each merge tag, and carry out whitespace control."""
    out: list[str] = []
    done, strip = 0, False
    for match in _TAG.finditer(source):
        left, right = _dashes(match)
        text = source[done : match.start()]
        text = text.lstrip() if strip else text
        out.append(text.rstrip() if left else text)
        out.append(_masked(match, source, marks))
        done, strip = match.end(), right
    rest = source[done:]
    out.append(rest.lstrip() if strip else rest)
    return "".join(out)


def literal(text: str) -> str:
    """Protect plain text so that Liquid gives it back as it is."""
    if "{{" not in text and "{%" not in text:
        return text
    return "{% raw %}" + text + "{% endraw %}"


def unescape(source: str) -> str:
    """Undo HTML entities inside merge tags: editors write `default: &quot;you&quot;`."""

    def plain(match: re.Match[str]) -> str:
        found = match.group()
        if match["raw"] or not _ENTITY.search(found):
            return found
        return html.unescape(found).replace("\N{NO-BREAK SPACE}", " ")

    return _TAG.sub(plain, source)


def _dashes(match: re.Match[str]) -> tuple[bool, bool]:
    left = match["cl"] or match["ol"] or match["tl"]
    right = match["cr"] or match["or"] or match["tr"]
    return bool(left), bool(right)


def _masked(match: re.Match[str], source: str, marks: Marks) -> str:
    if match["raw"]:
        return match["literal"]
    if match["comment"]:
        return ""
    line = source.count("\n", 0, match.start()) + 1
    if match["name"]:
        body = f"{match['name']} {match['tag'].strip()}".strip()
        return marks.put(Tag(f"{{% {body} %}}", line, match["name"]))
    return marks.put(Tag(f"{{{{ {match['output'].strip()} }}}}", line))


def _check_loops(source: str) -> None:
    depth = 0
    for match in _TAG.finditer(source):
        depth += {"for": 1, "endfor": -1}.get(match["name"] or "", 0)
        if match["name"] in ("break", "continue") and not depth:
            line = source.count("\n", 0, match.start()) + 1
            reason = _("“%s” stands outside a loop.") % match["name"]
            raise MergeTagError(reason, tag=match.group(), line=line)


def _check_name(variable: Variable, source: str, fields: Collection[str]) -> None:
    match variable.segments:
        case [str(name)] if name in LINKS:
            return
        case ["contact", str(field)] if field in fields:
            return
    line = source.count("\n", 0, variable.span.index) + 1
    tag = str(variable)
    raise MergeTagError(_unknown(tag, fields), tag=tag, line=line)


def _unknown(tag: str, fields: Collection[str]) -> str:
    known = [*(f"contact.{field}" for field in fields), *LINKS]
    close = difflib.get_close_matches(tag, known, n=1) or difflib.get_close_matches(
        f"contact.{tag}", known, n=1
    )
    hint = f" Did you mean “{close[0]}”?" if close else ""
    return f"There is no “{tag}”.{hint}"


def _readable(error: Exception, source: str) -> MergeTagError:
    """Say what is wrong with a text, and where."""
    reason = str(getattr(error, "message", None) or error)
    where = error.context() if isinstance(error, LiquidError) else None
    if where is not None:
        line = where[0]
        return MergeTagError(_sentence(reason), tag=where[3].strip()[:80], line=line)
    line, tag = _culprit(source)
    return MergeTagError(_sentence(reason), tag=tag, line=line)


def _culprit(source: str) -> tuple[int, str]:
    """Find the tag behind an error that has no place: one unreadable, or one unclosed."""
    open_blocks: list[tuple[int, str]] = []
    for match in _TAG.finditer(source):
        found = (source.count("\n", 0, match.start()) + 1, match.group()[:80])
        name = match["name"] or ""
        end = f"{{% end{name} %}}" if name in limits.BLOCKS else ""
        if (end or match["output"] is not None) and not _reads(match.group() + end):
            return found
        if name in limits.BLOCKS:
            open_blocks.append(found)
        elif name and name.startswith("end") and open_blocks:
            open_blocks.pop()
    return open_blocks[-1] if open_blocks else (1, "")


def _reads(source: str) -> bool:
    try:
        _PLAIN.from_string(source)
    except FAILURES:
        return False
    return True


def _sentence(reason: str) -> str:
    reason = reason.replace("found end of expression", "but the text ends here")
    return f"This cannot be read: {reason}."

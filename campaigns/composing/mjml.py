"""MJML to the HTML of a mail. Nothing is fetched, no file is read."""

from __future__ import annotations

from django.utils.translation import gettext as _
from mjml import mjml2html

from campaigns.composing import merge_tags
from campaigns.composing.marks import Marks
from campaigns.composing.merge_tags import MergeTagError


class MjmlError(MergeTagError):
    """The MJML cannot be read."""


def compile_source(source: str) -> str:
    """Return the HTML of MJML that somebody wrote, merge tags in place. Raises `MjmlError`."""
    source = merge_tags.unescape(source)
    marks = Marks(source)
    return marks.restore(to_html(merge_tags.mask(source, marks)), merge_tags.literal)


def to_html(source: str) -> str:
    """Return the HTML of MJML without merge tags. Raises `MjmlError`."""
    try:
        # No fonts: MJML would have the reader's program ask Google for some.
        html: str = mjml2html(source, fonts={})
    except ValueError as error:
        raise MjmlError(_("This MJML cannot be read: %s.") % error) from error
    except BaseException as error:
        # Where its parser panics (curly quotes around a value do it), the exception has no
        # name that could be imported, and is none of Python's.
        if type(error).__name__ != "PanicException":
            raise
        raise MjmlError(_("This MJML cannot be read: %s.") % error) from error
    # Outlook knows no such rule, and collapsed borders have no space between them.
    return html.replace("border-collapse:collapse;border-spacing:0px;", "border-collapse:collapse;")

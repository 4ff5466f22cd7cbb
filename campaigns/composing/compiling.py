"""Compile a revision once, then fill in each recipient.

All parsing, link counting and encoding is done here, once per process, revision and
mode. What is left per recipient is in `Mail.fill`: run the slots, format once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from campaigns.audience import recipient_links
from campaigns.composing import disclosing, headers, mime, writing
from campaigns.composing.layouts import Layout
from campaigns.composing.marks import Hole
from campaigns.composing.merge_tags import MergeTagError as MergeTagError
from campaigns.composing.models import Revision
from campaigns.composing.slots import Person as Person


@dataclass(frozen=True)
class Parts:
    """A mail in pieces, for providers that take no finished message."""

    subject: str
    from_email: str
    to: str
    reply_to: str
    headers: Mapping[str, str]
    html: str
    text: str
    # For calls that carry many mails: what is the same in all, and this person's values.
    layout: Layout | None = None
    values: Callable[[], list[str]] = list


class Mail:
    """A compiled mail: the same for all but for its slots."""

    def __init__(
        self, revision: Revision, mode: str, click_mode: str = "", *, tracked: bool
    ) -> None:
        self.revision = revision
        self._recorded = disclosing.Recorded.of(revision, mode, click_mode)
        written = writing.write(revision, self._recorded, tracked=tracked)
        self._subject, self._html, self._text = written.subject, written.html, written.text
        self._layout = Layout(self._html, self._text)
        skeleton = mime.assemble(self._fields(), self._text, self._html)
        self._fill = skeleton.finish()
        self.size = skeleton.size

    def fill(self, person: Person) -> bytes:
        """Return the whole message for `person`: CRLF, dot-stuffed, without the final dot.

        Raises `MergeTagError` or `HeaderError` when this person's data does not fit.
        """
        return self._fill(person)

    def parts(self, person: Person) -> Parts:
        """Return the same in pieces. Raises as `fill` does."""
        revision = self.revision
        headers.address(person.address)
        fields = {
            "Message-ID": f"<{person.uuid_hex}@{self._domain}>",
            "List-Id": self._list_id,
            "List-Unsubscribe": self._list_unsubscribe(person.unsubscribe_token),
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "X-Tracking": disclosing.header(self._recorded, person.unsubscribe_token),
        }
        return Parts(
            subject=headers.clean(self._subject.fill(person)),
            from_email=headers.display(revision.from_name, revision.from_email),
            to=person.address,
            reply_to=revision.reply_to,
            headers=fields,
            html=self._html.fill(person),
            text=self._text.fill(person),
            layout=self._layout,
            values=functools.partial(self._layout.values, person),
        )

    @property
    def _domain(self) -> str:
        return headers.domain(self.revision.from_email)

    @property
    def _list_id(self) -> str:
        name = headers.ascii_phrase(self.revision.list_name)
        return f"{name}<{self.revision.list_key}.{self._domain}>"

    def _list_unsubscribe(self, token: str) -> str:
        one_click = f"<{recipient_links.one_click_url(token)}>"
        mailbox = self.revision.unsubscribe_mailbox
        return f"{one_click}, <mailto:{mailbox}?subject={token}>" if mailbox else one_click

    def _fields(self) -> list[bytes | mime.Maker]:
        revision = self.revision
        before, after = self._list_unsubscribe("\0").split("\0", 1)
        middle = after.split("\0")
        domain = self._domain.encode()
        subject = self._subject.fill
        fields: list[bytes | mime.Maker] = [
            b"From: " + headers.mailbox(revision.from_name, revision.from_email, used=6) + b"\r\n",
            b"To: ",
            lambda person: headers.address(person.address),
            b"\r\nSubject: ",
            lambda person: headers.unstructured(subject(person), used=len("Subject: ")),
            b"\r\n",
        ]
        if revision.reply_to:
            fields.append(b"Reply-To: " + headers.address(revision.reply_to) + b"\r\n")
        fields += [
            b"Date: ",
            mime.date,
            b"\r\nMessage-ID: <",
            lambda person: person.uuid_hex.encode("ascii"),
            b"@" + domain + b">\r\n",
            f"List-Id: {self._list_id}\r\n".encode("ascii"),
            f"List-Unsubscribe: {before}".encode("ascii"),
        ]
        for part in middle:
            fields += [mime.TOKENS[Hole.UNSUBSCRIBE], part.encode("ascii")]
        fields.append(b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
        before, after = disclosing.header(self._recorded, "\0").split("\0")
        # Folded, so that no line is longer than the standard likes.
        facts, _space, address = before.rpartition(" ")
        fields += [
            f"X-Tracking: {facts}\r\n {address}".encode("ascii"),
            mime.TOKENS[Hole.UNSUBSCRIBE],
            f"{after}\r\n".encode("ascii"),
        ]
        return fields


def compile_revision(revision: Revision, mode: str, click_mode: str = "") -> Mail:
    """Return the mail of `revision` in tracking mode `mode`, compiled once per process.

    `click_mode` is about links, where they record another way than the pixel. Raises
    `MergeTagError` when the content cannot be read.
    """
    if revision._state.adding:
        return Mail(revision, mode, click_mode, tracked=True)
    return _compiled(revision, mode, click_mode)


def compile_preview(revision: Revision, mode: str, click_mode: str = "") -> Mail:
    """Return a mail that looks as in these modes and tells nobody that it is read."""
    return Mail(revision, mode, click_mode, tracked=False)


# Revisions are never changed once saved, and equal when their keys are.
@functools.lru_cache(maxsize=128)
def _compiled(revision: Revision, mode: str, click_mode: str) -> Mail:
    return Mail(revision, mode, click_mode, tracked=True)

"""What a page and a mail say, so that two languages of one can be held against each other.

Whatever is the same in English and in another language was not translated, but for what
people wrote themselves and for words that both languages share, as their catalog says.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable

from playwright.sync_api import Page

from config import catalogs

# Texts, and what only screen readers and pointers tell.
SAID = """() => {
  const said = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const kept = walk.currentNode.parentElement.closest("style, script, noscript, [lang]");
    if (kept === document.documentElement) said.push(walk.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const one of document.querySelectorAll(`[${name}]`)) said.push(one.getAttribute(name));
  return said;
}"""
LETTERS = re.compile(r"[^\W\d_]")
# Each person's is another, which would hide what stands beside it.
ADDRESS = re.compile(r"[^\s,:]+@[\w.-]+")


def of_page(page: Page) -> set[str]:
    """Return each text of the page that has a letter in it."""
    return _worded(page.evaluate(SAID))


def of_mail(content: bytes) -> set[str]:
    """Return the subject and the lines of a plain mail."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return _worded([str(mail["Subject"]), *body.get_content().splitlines()])


def alike(language: str) -> set[str]:
    """Return the texts that the catalog of a language leaves as they are in English."""
    source = catalogs.LOCALE_DIR / language / "LC_MESSAGES" / "django.po"
    return {str(one.id) for one in catalogs.read(source) if one.id == one.string}


def _worded(texts: Iterable[str]) -> set[str]:
    spaced = (ADDRESS.sub("@", re.sub(r"\s+", " ", text)).strip() for text in texts)
    return {text for text in spaced if LETTERS.search(text)}

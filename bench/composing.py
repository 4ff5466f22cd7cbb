"""compose.*: how long a mail of 100 kB takes to be made, shown to a contact, and typed into.

The references do the heart of the work alone, in the same run: MJML's and the CSS inliner's
own time for the same source, the answer of a page that does nothing, and typing into a bare
editable element of the same browser.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import css_inline
from django.test import Client
from django.urls import reverse
from mjml import mjml2html
from playwright.sync_api import Page, sync_playwright

from campaigns.composing import compiling, freezing, turning
from campaigns.composing.models import Campaign
from tests import world
from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import ARGUMENTS, EXECUTABLE, reader

ROUNDS = 15
SIZE = 100_000
BLOCKS = 60
KEYS = 60
_WORDS = (
    "Three new lots came off the roaster this week, and one of them is the best Ethiopian we "
    "have ever had: peach, jasmine, a long honeyed end. "
)
# From the key to the frame that shows it: a message after a frame's start comes after it.
TIMED = """element => {
  window.times = [];
  element.addEventListener("keydown", (event) => {
    const began = event.timeStamp;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.times.push(performance.now() - began);
      port2.postMessage(0);
    });
  });
  element.focus();
}"""
BARE = "<div contenteditable style='white-space:pre-wrap'>" + _WORDS + "</div>"


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians; of typing what the slowest 5 % take at least."""
    campaign, client = _scene()
    mjml = turning.turn(_in_blocks(campaign), "mjml")
    html = _html()
    blocks = _against(lambda: _compile(_in_blocks(campaign)), lambda: mjml2html(mjml, fonts={}))
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
    pasted = _against(lambda: _compile(_pasted(campaign, html)), lambda: inliner.inline(html))
    _in_blocks(campaign).save(update_fields=["format", "body"])
    contact = campaign.workspace.contacts.earliest("pk")
    frame = reverse("composing:frame", args=[campaign.pk])
    preview = _against(
        lambda: _get(client, frame, contact=contact.pk), lambda: _get(client, "/healthz")
    )
    return [
        _row("compose.blocks", blocks, "MJML alone, same mail of 100 kB", 50),
        _row("compose.html", pasted, "the CSS inliner alone, same mail of 100 kB", 50),
        _row("compose.preview", preview, "a page that does nothing", 100),
        _row("compose.input", _typing(), "a bare editable element, same keys", 50),
    ]


def _get(client: Client, path: str, **asked: Any) -> None:
    assert client.get(path, asked).status_code == 200


def _row(name: str, figures: tuple[float, float], reference: str, most: int) -> dict[str, Any]:
    ours, theirs = figures
    return {
        "name": name,
        "figure": round(ours, 1),
        "unit": "ms",
        "reference": reference,
        "reference_figure": round(theirs, 2),
        "ratio": round(ours / theirs, 2),
        "target": f"≤ {most} ms",
        "met": ours <= most,
    }


def _scene() -> tuple[Campaign, Client]:
    workspace = world.make_workspace()
    into = world.make_list(workspace)
    world.make_contact(workspace, on=into, first_name="Maria")
    client = Client(SERVER_NAME="localhost")
    client.force_login(world.make_member(workspace))
    sender = world.make_sender(workspace)
    return world.make_campaign(workspace, sender=sender, lists=[into]), client


def _document(count: int, words: int) -> str:
    """Return a mail of so many blocks, of all kinds."""
    text = f"<p>Hello {{{{ contact.first_name }}}}, {_WORDS * words}</p>"
    kinds: list[dict[str, Any]] = [
        {"type": "text", "html": text},
        {"type": "button", "label": "See it", "href": "https://example.com/lots?utm_source=mail"},
        {"type": "columns", "columns": [[{"type": "text", "html": text}], [{"type": "divider"}]]},
        {"type": "image", "src": "https://example.com/a.png", "alt": "A bag"},
    ]
    blocks = [kinds[number % len(kinds)] for number in range(count)]
    return json.dumps({"version": 1, "blocks": blocks})


def _in_blocks(campaign: Campaign) -> Campaign:
    campaign.format, campaign.body = "blocks", _document(BLOCKS, 9)
    return campaign


def _html() -> str:
    rows = "".join(
        f'<tr><td class="cell"><p class="lead">{_WORDS * 2}</p>'
        f'<a class="link" href="https://example.com/lots/{number}">See lot {number}</a></td></tr>'
        for number in range(SIZE // (len(_WORDS) * 2 + 130))
    )
    style = ".cell{padding:8px}.lead{font:16px/26px Arial}.link{color:#1d4ed8}"
    return f"<html><head><style>{style}</style></head><body><table>{rows}</table></body></html>"


def _pasted(campaign: Campaign, html: str) -> Campaign:
    campaign.format, campaign.body = "html", html
    return campaign


def _compile(campaign: Campaign) -> None:
    mail = compiling.Mail(freezing.unregistered(campaign), "individual", tracked=True)
    assert mail.size > 0.9 * SIZE, f"The mail has {mail.size} bytes only."


def _against(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    times = [(_milliseconds(ours), _milliseconds(theirs)) for _round in range(ROUNDS)]
    return statistics.median(time[0] for time in times), statistics.median(t[1] for t in times)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _typing() -> tuple[float, float]:
    """Type into the longest document there is, and into a bare element."""
    with (
        tempfile.TemporaryDirectory() as folder,
        stacks.running(Path(folder) / "var", names=["web"], prepare=["demo"]) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        with reader(browser) as context:
            page = context.new_page()
            pages.sign_in(page, stack.address)
            writing.begin(page, stack.address)
            page.evaluate(
                "found => { document.getElementById('id_body').value = found;"
                " document.getElementById('compose').dispatchEvent(new Event('input')) }",
                _document(BLOCKS, 3),
            )
            writing.save(page)
            page.reload()
            # The preview beside it has come, as it has when somebody writes.
            page.locator(".live iframe.is-shown").wait_for()
            ours = _keys(page, page.locator(".block-text").nth(8))
            page.goto("about:blank")
            page.set_content(BARE)
            theirs = _keys(page, page.locator("div"))
        browser.close()
    return ours, theirs


def _keys(page: Page, element: Any) -> float:
    element.click()
    element.evaluate(TIMED)
    for letter in ("abcdefghi " * KEYS)[:KEYS]:
        page.keyboard.press(letter)
    page.wait_for_timeout(200)
    times: list[float] = page.evaluate("window.times")
    assert len(times) == KEYS
    return statistics.quantiles(times, n=20)[-1]

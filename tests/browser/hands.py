"""The hand of a marketer, with a mouse or a finger, that counts what it does."""

import base64
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

# A browser gives no program what lies outside of its window: the events are those it would send.
BRING = """(place, { name, picture, html }) => {
  const brought = new DataTransfer();
  if (picture) {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    brought.items.add(new File([bytes], "photo.png", { type: "image/png" }));
  }
  if (html) brought.setData("text/html", html);
  if (html) brought.setData("text/uri-list", document.baseURI);
  const facts = { bubbles: true, cancelable: true };
  if (name === "paste") {
    return place.dispatchEvent(new ClipboardEvent("paste", { clipboardData: brought, ...facts }));
  }
  const over = new DragEvent("dragover", { dataTransfer: brought, ...facts });
  const drop = new DragEvent("drop", { dataTransfer: brought, ...facts });
  return place.dispatchEvent(over) || place.dispatchEvent(drop);
}"""


@dataclass
class Hand:
    """Works on a page. Each press, typing, choice and selection is a step."""

    page: Page
    is_finger: bool
    steps: int = 0

    def press(self, place: Locator) -> None:
        self.steps += 1
        if self.is_finger:
            place.tap()
        else:
            place.click()

    def type(self, words: str, *, into: Locator | None = None) -> None:
        """Type where the cursor is, or over what a field says."""
        self.steps += 1
        if into:
            into.fill(words)
        else:
            self.page.keyboard.type(words)

    def key(self, name: str) -> None:
        self.steps += 1
        self.page.keyboard.press(name)

    def choose(self, place: Locator, value: str) -> None:
        self.steps += 1
        place.select_option(value)

    def paste(self, place: Locator, *, picture: bytes) -> None:
        """Paste a picture where the cursor is."""
        self.steps += 1
        facts = {"name": "paste", "picture": base64.b64encode(picture).decode()}
        assert not place.evaluate(BRING, facts), "nobody took it"

    def drop(self, place: Locator, *, html: str) -> None:
        """Let go of what was dragged out of another page."""
        self.steps += 1
        assert not place.evaluate(BRING, {"name": "drop", "html": html}), "nobody took it"

    def mark(self, words: Locator) -> None:
        """Select all the words of a paragraph, as three clicks or a long press do."""
        self.steps += 1
        if self.is_finger:
            words.tap()
            words.evaluate("words => getSelection().selectAllChildren(words)")
        else:
            words.click(click_count=3)

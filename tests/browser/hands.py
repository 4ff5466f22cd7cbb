"""The hand of a marketer, with a mouse or a finger, that counts what it does."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page


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

    def mark(self, words: Locator) -> None:
        """Select all the words of a paragraph, as three clicks or a long press do."""
        self.steps += 1
        if self.is_finger:
            words.tap()
            words.evaluate("words => getSelection().selectAllChildren(words)")
        else:
            words.click(click_count=3)

"""What the walk's readers do with English mails: open, click, leave. Their pages are German."""

import email
import email.policy
import re

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser import stack as stacks
from tests.browser.evidence import http

MAILS = "SELECT content FROM sending_inboxmail WHERE to_address = %s ORDER BY id"
LINKS = {
    "confirm": r"/join/confirm/\S+",
    "kept": r"/kept/\S+",
    "move": r"/move/\S+",
    "stay": r"/u/\S+/stay",
    "leave": r"/u/\S+",
}


class Mailbox:
    """What one address got, read past all pages."""

    def __init__(self, house: stacks.Stack, address: str) -> None:
        self._house = house
        self.address = address

    def link(self, kind: str) -> str:
        """The newest link of a kind, once there is one."""
        return stacks.until(lambda: self._links(kind), f"{kind} is mailed", seconds=90)[-1]

    def _links(self, kind: str) -> list[str]:
        rows = self._house.query(MAILS, self.address)
        texts = [self._text(content) for (content,) in rows]
        return [found for text in texts for found in re.findall(LINKS[kind], text)[:1]]

    def _text(self, content: bytes) -> str:
        mail = email.message_from_bytes(bytes(content), policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


def open_mail(page: Page, address: str, recipient: str) -> FrameLocator:
    """Find the mail to this person, and look at it: its pixel is loaded."""
    page.goto(f"{address}/inbox/?q={recipient}")
    with page.expect_response(lambda response: "/track/open/" in response.url):
        page.locator("main tbody a").click()
    return mail_in(page)


def mail_in(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title='The mail']")


def click_link(page: Page, name: str, target: str) -> None:
    """Click a link of the open mail, and arrive where it says."""
    with page.expect_popup() as waiting:
        mail_in(page).get_by_role("link", name=name).click()
    waiting.value.wait_for_url(target)
    waiting.value.close()


def unsubscribe_by_footer(page: Page) -> None:
    with page.expect_popup() as waiting:
        mail_in(page).get_by_role("link", name="Unsubscribe").click()
    leaving = waiting.value
    # Mail scanners follow every link: looking at the page changes nothing.
    expect(leaving.get_by_role("heading", name="Abmelden")).to_be_visible()
    leaving.reload()
    expect(leaving.get_by_role("heading", name="Abmelden")).to_be_visible()
    leaving.get_by_role("button", name="Abmelden").click()
    expect(leaving.get_by_role("heading", name="Sie sind abgemeldet")).to_be_visible()
    leaving.close()


def unsubscribe_by_one_click(page: Page, address: str, recipient: str) -> None:
    """Do what a mail program does, as RFC 8058 has it: no cookies, one POST."""
    page.goto(f"{address}/inbox/?q={recipient}")
    mail = page.locator("main tbody a").get_attribute("href")
    source = page.request.get(f"{address}{mail}source.eml").body()
    headers = email.message_from_bytes(source, policy=email.policy.default)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = headers["List-Unsubscribe"].strip("<>").split(">")[0]
    looked = http("GET", url)
    assert "Sie sind abgemeldet" not in looked
    http("POST", url, {"List-Unsubscribe": "One-Click"})
    page.goto(f"{address}/contacts/?q={recipient}")
    page.get_by_role("link", name=re.compile(recipient)).click()
    expect(page.get_by_text("Unsubscribed").first).to_be_visible()


def open_test_mail(page: Page, address: str, recipient: str) -> None:
    """Open the test of the mail to the seventh reader: its hits stand outside every count."""
    page.goto(f"{address}/inbox/?q={recipient}")
    with page.expect_response(lambda response: "/track/open/" in response.url):
        page.locator("main tbody a").click()
    expect(page.locator("h1")).to_have_text("[Test] Spring, Zoë7")
    expect(mail_in(page).get_by_text("Dear Zoë7,")).to_be_visible()


def unsubscribe_nobody(page: Page) -> None:
    """Follow the way out of an open test, which stands for nobody."""
    with page.expect_popup() as waiting:
        mail_in(page).get_by_role("link", name="Unsubscribe").click()
    expect(waiting.value.get_by_text("This link is from a test")).to_be_visible()
    waiting.value.close()


def pixel_of(page: Page, address: str, recipient: str) -> str:
    """Return the address of the pixel in the mail to this person, without loading it."""
    found = re.search(
        r'href="(/inbox/\d+/)"', page.request.get(f"{address}/inbox/?q={recipient}").text()
    )
    assert found
    source = page.request.get(f"{address}{found[1]}source.eml").body()
    mail = email.message_from_bytes(source, policy=email.policy.default)
    body = mail.get_body(("html",))
    assert body is not None
    pixel = re.search(r'src="([^"]+/track/open/[^"]+)"', body.get_content())
    assert pixel
    return pixel[1]

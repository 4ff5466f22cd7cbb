"""Find every page of the sample workspace by following its links, as a member would."""

import contextlib
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, Page

from tests.browser import readers
from tests.browser import stack as stacks
from tests.browser.chromium import reader

# What `manage.py demo` prints.
EMAIL = "demo@example.com"
PASSWORD = "tulip thyme and tea"
MOST_PAGES = 120
# A large screen by day, and a phone by night.
SCREENS = [(1440, "light"), (360, "dark")]
# Milliseconds, of a machine that does ten things at once.
PATIENCE = 90_000
HEADINGS = "document.querySelectorAll('main h1').length"
LINKS = "[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"
RECIPIENT = """
from django.conf import settings
from django.urls import reverse
from campaigns.audience import recipient_links, tokens
from campaigns.privacy import links
from campaigns.sending.models import Delivery
one = Delivery.objects.filter(state="sent", contact__isnull=False).earliest("pk")
token = tokens.unsubscribe_token(one.contact_id, one.campaign_id, one.pk)
print(recipient_links.unsubscribe_url(token))
print(recipient_links.preferences_url(token))
print(settings.PUBLIC_URL + reverse("privacy:asking", args=[token]))
print(settings.PUBLIC_URL + reverse("privacy:everything", args=[links.seal(one.contact)]))
"""
# What a house has that was used for a while: a report that is shared, and one that is mailed.
USED = """
from datetime import time
from campaigns.accounts.models import Member
from campaigns.composing.models import Campaign
from campaigns.reports import posting, saving, sharing
from campaigns.reports.rhythm import Rhythm
campaign = Campaign.objects.filter(launched_at__isnull=False).earliest("launched_at")
me = Member.objects.get()
print(sharing.share(campaign, days=30, by=me.user)[1])
sharing.revoke(sharing.share(campaign, days=7, by=me.user)[0])
report = saving.save(campaign.workspace, "The month for the board", "review", "span=30", me.user)
schedule = saving.schedule(report, Rhythm("monthly", time(8), 0, 1), [me])
print(posting.stop_url(schedule.receivers.get()))
"""


@dataclass
class Found:
    """The pages of a house: those of members, and those of people who are not signed in."""

    inside: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


@contextlib.contextmanager
def signed_in(browser: Browser, address: str, width: int, theme: str) -> Iterator[Page]:
    """Give a page of the owner, on a screen of this width, with patience for a busy machine."""
    viewport = {"width": width, "height": 900}
    with reader(browser, viewport=viewport, color_scheme=theme) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        sign_in(page, address)
        yield page


def sign_in(page: Page, address: str) -> None:
    """Sign in as the owner of the sample workspace."""
    page.goto(f"{address}/sign-in/")
    fill_in(page)
    page.get_by_role("link", name="Campaigns").first.wait_for(state="attached")


def fill_in(page: Page, *, email: str = EMAIL) -> None:
    """Fill in the sign-in page, and send it."""
    page.locator("input[name=login]").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def discover(page: Page, stack: stacks.Stack) -> Found:
    """Return the paths of all pages there are, one of each kind. The page must be signed in."""
    found = Found(outside=_outside(stack))
    seen: set[str] = set()
    queue = deque(["/", *_imports(page, stack)])
    while queue:
        path = queue.popleft()
        if path in found.outside or kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        response = page.request.get(stack.address + path)
        if not response.headers.get("content-type", "").startswith("text/html"):
            continue
        assert response.status == 200, f"{path} answers {response.status}"
        page.goto(stack.address + path)
        queue.append(urlsplit(page.url).path)
        if kind_of(urlsplit(page.url).path) != kind_of(path) or not page.evaluate(HEADINGS):
            continue  # Led elsewhere, or a mail in its frame, which is not a page of ours.
        found.inside.append(path)
        queue.extend(_within(stack.address, path, page.evaluate(LINKS)))
    found.inside.append(_comparison(page, stack))
    assert len(found.inside) < MOST_PAGES
    return found


def kind_of(path: str) -> str:
    """Return what the addresses of one kind of page have in common."""
    return re.sub(r"/providers/new/[a-z_]+/", "/providers/new/#/", re.sub(r"\d+", "#", path))


def _imports(page: Page, stack: stacks.Stack) -> list[str]:
    """Import a file into a list, and upload another whose columns are still to be chosen."""
    page.goto(f"{stack.address}/lists/")
    href = page.locator("main tbody a[href^='/lists/']").first.get_attribute("href") or ""
    path = stack.var / "readers.csv"
    path.write_bytes(readers.messy_file())
    stack.manage("import_contacts", href.strip("/").split("/")[1], str(path))
    page.goto(stack.address + href)
    done = page.locator("main a[href^='/imports/']").first.get_attribute("href") or ""
    page.goto(f"{stack.address}{href}import/")
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/columns/")
    return [done, urlsplit(page.url).path]


def _comparison(page: Page, stack: stacks.Stack) -> str:
    """Return the address of three campaigns side by side, which no link leads to."""
    page.goto(f"{stack.address}/campaigns/compare/")
    boxes = page.locator("main input[name=c]").all()[:3]
    return "/campaigns/compare/?" + "&".join(f"c={box.get_attribute('value')}" for box in boxes)


def _outside(stack: stacks.Stack) -> list[str]:
    urls = [
        url
        for code in (RECIPIENT, USED)
        for url in stack.manage("shell", "--verbosity=0", "-c", code).split()
    ]
    paths = [urlsplit(url).path for url in urls]
    return ["/sign-in/", "/password/forgotten/", "/no-such-page/", *paths]


def _within(address: str, path: str, links: list[str]) -> list[str]:
    """Return the links that lead to other pages of ours, without their questions."""
    paths = []
    for link in links:
        parts = urlsplit(urljoin(address + path, link))
        if f"{parts.scheme}://{parts.netloc}" == address and parts.path != path:
            paths.append(parts.path)
    return paths

"""Find every page of the sample workspace by following its links, as a member would."""

import re
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

from tests.browser import stack as stacks

# What `manage.py demo` prints.
EMAIL = "demo@example.com"
PASSWORD = "tulip thyme and tea"
# Of one kind of page (the same address but for its numbers), so many are looked at.
OF_A_KIND = 1
MOST_PAGES = 80
HEADINGS = "document.querySelectorAll('main h1').length"
LINKS = "[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"
RECIPIENT = """
from campaigns.audience import recipient_links, tokens
from campaigns.sending.models import Delivery
one = Delivery.objects.filter(state="sent", contact__isnull=False).earliest("pk")
token = tokens.unsubscribe_token(one.contact_id, one.campaign_id, one.pk)
print(recipient_links.unsubscribe_url(token))
print(recipient_links.preferences_url(token))
"""


@dataclass
class Found:
    """The pages of a house: those of members, and those of people who are not signed in."""

    inside: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def sign_in(page: Page, address: str) -> None:
    """Sign in as the owner of the sample workspace."""
    page.goto(f"{address}/sign-in/")
    page.get_by_label("E-mail").or_(page.get_by_label("Email")).fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Campaigns").first.wait_for()


def discover(page: Page, stack: stacks.Stack) -> Found:
    """Return the paths of all pages there are, one of each kind. The page must be signed in."""
    found = Found()
    seen: dict[str, int] = {}
    queue = deque(["/"])
    while queue and len(found.inside) < MOST_PAGES:
        path = queue.popleft()
        kind = re.sub(r"\d+", "#", path)
        if seen.get(kind, 0) >= OF_A_KIND:
            continue
        seen[kind] = seen.get(kind, 0) + 1
        response = page.request.get(stack.address + path)
        if not response.headers.get("content-type", "").startswith("text/html"):
            continue
        assert response.status == 200, f"{path} answers {response.status}"
        page.goto(stack.address + path)
        if not page.evaluate(HEADINGS):
            continue  # A mail in its frame is not a page of ours.
        found.inside.append(path)
        queue.extend(_within(stack.address, path, page.evaluate(LINKS)))
    recipient = stack.manage("shell", "--verbosity=0", "-c", RECIPIENT).split()
    found.outside = ["/sign-in/", "/password/forgotten/", "/no-such-page/"]
    found.outside += [urlsplit(url).path for url in recipient]
    return found


def _within(address: str, path: str, links: list[str]) -> list[str]:
    """Return the links that lead to other pages of ours, without their questions."""
    paths = []
    for link in links:
        parts = urlsplit(urljoin(address + path, link))
        if f"{parts.scheme}://{parts.netloc}" == address and parts.path != path:
            paths.append(parts.path)
    return paths

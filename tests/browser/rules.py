"""Who may be measured, set on the pages at all three levels, and what mails then say of it."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

READER = re.compile(r"^(granted|unknown|refused)(\d+)@")
TRACKED = re.compile(r"https?://[^\"'\s<>]+/track/(?:open|click)/[^\"'\s<>)]+")


@dataclass(frozen=True)
class Rules:
    """What each level says; empty leaves it to the others."""

    workspace: str
    list_policy: str = ""
    list_most: str = "individual"
    campaign_policy: str = ""
    campaign_most: str = "individual"

    @property
    def name(self) -> str:
        parts = (self.workspace, self.list_policy, self.list_most)
        return " ".join(filter(None, (*parts, self.campaign_policy, self.campaign_most)))


@dataclass(frozen=True)
class Letter:
    """A mail that arrived."""

    said: str
    opens: str
    clicks: str
    # Its pixel and its counted links, in order.
    tracked: tuple[str, ...]
    source: bytes


def set_rules(page: Page, address: str, rules: Rules, list_id: int) -> None:
    """Set what the workspace and the list allow."""
    page.goto(f"{address}/settings/")
    _choose(page, "policy", rules.workspace)
    page.locator("form:has([name=policy]) button.btn-primary").first.click()
    expect(page.locator(f"[name=policy][value={rules.workspace}]")).to_be_checked()
    page.goto(f"{address}/lists/{list_id}/edit/")
    page.locator("[name=policy]").select_option(rules.list_policy)
    page.locator("[name=tracking]").select_option(rules.list_most)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/lists/\d+/$"))


def send(page: Page, address: str, rules: Rules, list_id: int) -> str:
    """Write a campaign with its own rules, send it, and return its page when all is sent."""
    page.goto(f"{address}/campaigns/new/")
    page.get_by_label("Name", exact=True).fill(rules.name)
    page.get_by_role("button", name="Start writing").click()
    page.get_by_label("Subject").fill(rules.name)
    page.get_by_label("From", exact=True).select_option(index=1)
    page.locator(f"[name=lists][value='{list_id}']").check()
    _choose(page, "tracking", rules.campaign_most)
    page.locator("[name=policy]").select_option(rules.campaign_policy)
    body = "Hello,\n\n[Read on](https://shop.example/read)"
    page.get_by_label("Body", exact=True).fill(body)
    page.get_by_role("button", name="Continue").first.click()
    page.wait_for_url(re.compile(r"/preview/"))
    page.get_by_role("link", name="Test and send").first.click()
    page.get_by_role("button", name=re.compile(r"^Send to \d+ people now$")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Send to")).click()
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    tag = page.locator("#progress .status-tag").first
    expect(tag).to_have_text("Sent", timeout=120_000)
    return page.url


def arrived(page: Page, address: str, rules: Rules, *, each: int = 2) -> list[Letter]:
    """Read the sources of mails with this subject: so many to each kind of reader."""
    found: dict[str, list[Letter]] = {}
    for said in ("granted", "unknown", "refused"):
        for number in range(each):
            page.goto(f"{address}/inbox/?q={said}{number}@")
            link = page.locator("main tbody a", has_text=rules.name).first
            path = link.get_attribute("href")
            source = page.request.get(f"{address}{path}source.eml").body()
            found.setdefault(said, []).append(_read(said, source))
    return [letter for letters in found.values() for letter in letters]


def _choose(page: Page, name: str, value: str) -> None:
    """Press one of several cards."""
    page.locator(f"label:has([name={name}][value={value}])").click()


def _read(said: str, source: bytes) -> Letter:
    mail = email.message_from_bytes(source, policy=email.policy.default)
    body = mail.get_body(("html",))
    assert body is not None
    told = dict(part.strip().split("=", 1) for part in str(mail["X-Tracking"]).split(";"))
    tracked = tuple(TRACKED.findall(body.get_content()))
    return Letter(said, told["opens"], told["clicks"], tracked, source)

"""The whole job at ten thousand people, with processes killed on the way: `make prove`.

Starts Candid as a newcomer does, in a folder of its own, and works in a browser: import,
compose, send, read the report, export. While the campaign goes out, a worker and a web
process are killed (SIGKILL); while readers open and click, a web process and the drainer.
Then every count must agree to the unit: mails in the inbox, rows in the CSV, hits made.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, EXECUTABLE, reader
from tests.browser.evidence import downloaded_rows, stat
from tests.browser.shop import Shop, open_shop
from tests.browser.stack import until
from tests.browser.test_walk import EMAIL, PASSWORD, state_basis
from tests.chaos.house import House, living

PEOPLE = 10_000
OPENERS = 3_000
CLICKERS = 600
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
_PIXEL = re.compile(r"(/track/open/[\w-]+\.gif)")
_LINK = re.compile(r"(/track/click/[\w-]+/\d+)")


def main() -> int:
    """Do the whole job; print what was counted; 1 when a count disagrees."""
    with (
        tempfile.TemporaryDirectory(prefix="candid-proof-") as folder,
        living(Path(folder)) as house,
        open_shop() as shop,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        with reader(chromium) as context:
            page = context.new_page()
            page.set_default_timeout(60_000)
            counts = Counter[str]()
            set_up(page, house)
            import_people(page, house, counts)
            compose(page, shop)
            campaign = send(page, house, counts)
            count_mails(house, counts)
            make_hits(house, counts)
            read(page, house, campaign, counts)
        chromium.close()
        return report(counts, house.kills)


def set_up(page: Page, house: House) -> None:
    page.goto(house.address)
    page.get_by_label("Workspace name").fill("Proof")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Postal address").fill("1 Main Street")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("link", name="New campaign").first).to_be_visible()


def import_people(page: Page, house: House, counts: Counter[str]) -> None:
    lines = ["E-mail;First name", *(f"reader{n}@example.com;Reader {n}" for n in range(PEOPLE))]
    page.goto(f"{house.address}/lists/new/")
    page.get_by_label("Name").fill("Everybody")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Import a file").first.click()
    content = "\r\n".join(lines).encode()
    page.get_by_label("File").set_input_files(
        {"name": "all.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Upload").click()
    state_basis(page)
    page.get_by_role("button", name="Import").click()
    expect(stat(page, "New contacts")).to_have_text(f"{PEOPLE:,}", timeout=120_000)
    counts["imported"] = _number(stat(page, "New contacts").inner_text())


def compose(page: Page, shop: Shop) -> None:
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Name").fill("To everybody")
    page.get_by_role("button", name="Start writing").click()
    page.get_by_label("Subject").fill("For {{ contact.first_name }}")
    page.get_by_label("From", exact=True).select_option(index=1)
    page.get_by_role("checkbox", name="Everybody").check()
    page.get_by_label("Body", exact=True).fill(f"Hello. [See the offer]({shop.address}/offer)")
    page.get_by_role("button", name="Continue").first.click()
    page.wait_for_url(re.compile(r"/campaigns/\d+/preview/"))
    page.get_by_role("link", name="Test and send").first.click()


def send(page: Page, house: House, counts: Counter[str]) -> int:
    """Launch, kill a worker and a web process on the way, and wait until it is sent."""
    page.get_by_role("button", name=f"Send to {PEOPLE:,} people now").click()
    page.get_by_role("dialog").get_by_role("button", name="Send to").click()
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    campaign = int(page.url.rstrip("/").rpartition("/")[2])
    for share, name, what in (
        (0.1, "worker", "--pool=prefork"),
        (0.3, "web", "granian"),
        (0.5, "worker", "--pool=prefork"),
        (0.7, "web", "granian"),
    ):
        until(partial(_sent, house, PEOPLE * share), f"{share:.0%} is sent", seconds=300)
        house.kill(name, what=what)
    status = f"SELECT status FROM composing_campaign WHERE id = {campaign}"
    until(lambda: house.ask(status)[0][0] == "sent", "the campaign is sent", seconds=600)
    for state, count in house.ask("SELECT state, count(*) FROM sending_delivery GROUP BY 1"):
        counts[f"deliveries {state}"] = int(str(count))
    return campaign


def count_mails(house: House, counts: Counter[str]) -> None:
    ((mails, people),) = house.ask(
        "SELECT count(*), count(DISTINCT to_address) FROM sending_inboxmail"
    )
    counts["mails in the inbox"], counts["people mailed"] = int(str(mails)), int(str(people))


def make_hits(house: House, counts: Counter[str]) -> None:
    """Open and click as readers do, over HTTP; kill a web process and the drainer meanwhile."""
    time_to_look(house)
    random.seed(1)
    mails = house.ask("SELECT content FROM sending_inboxmail ORDER BY id")
    bodies = [_html(content) for (content,) in random.sample(mails, OPENERS)]
    paths = [found[1] for body in bodies if (found := _PIXEL.search(body))]
    paths += [found[1] for body in bodies[:CLICKERS] if (found := _LINK.search(body))]
    assert len(paths) == OPENERS + CLICKERS, "a mail lacks its pixel or its link"
    random.shuffle(paths)
    answered = Counter[str]()
    with ThreadPoolExecutor(8) as pool:
        for done, kind in enumerate(pool.map(lambda path: _hit(house, path), paths)):
            answered[kind] += 1
            if done == len(paths) // 3:
                house.kill("web", what="granian")
            if done == len(paths) // 2:
                house.kill("drain", what="manage.py drain")
    counts["opens made"], counts["clicks made"] = answered["open"], answered["click"]
    counts["opens unanswered"] = answered["unanswered open"]
    counts["clicks unanswered"] = answered["unanswered click"]


def time_to_look(house: House) -> None:
    """Wait until a hit can be a person's: nobody opens a mail as it arrives."""
    recent = "sending_delivery WHERE done_at > now() - interval '10 seconds'"
    until(lambda: not _count(house, recent), "the last mail has lain for a while", seconds=60)


def read(page: Page, house: House, campaign: int, counts: Counter[str]) -> None:
    made = counts["opens made"] + counts["clicks made"]
    until(lambda: _count(house, "tracking_event") >= made, "all hits are drained", seconds=120)
    page.goto(f"{house.address}/campaigns/{campaign}/report/")
    for name, what in (("Recipients (CSV)", "recipients"), ("Events (CSV)", "events")):
        page.get_by_role("button", name="Export").click()
        rows = downloaded_rows(page, name)
        counts[f"rows in {what}.csv"] = len(rows)
        if what == "events":
            kinds = Counter(row["What"] for row in rows)
            counts["opens in events.csv"], counts["clicks in events.csv"] = (
                kinds["Open"],
                kinds["Click"],
            )
        else:
            counts["sent in recipients.csv"] = sum(row["State"] == "Sent" for row in rows)
            counts["opens in recipients.csv"] = sum(int(row["Opens"] or 0) for row in rows)


def report(counts: Counter[str], kills: list[str]) -> int:
    print("\n".join(f"{name:<28}{count:>8,}" for name, count in counts.items()))
    print(f"killed: {', '.join(kills)}")
    unconfirmed = counts["deliveries unknown"]
    wrong = [
        what
        for what, fine in {
            "somebody was mailed twice": counts["mails in the inbox"] == counts["people mailed"],
            "somebody is lost": counts["deliveries sent"] + unconfirmed == PEOPLE,
            "sent but not in the inbox": counts["mails in the inbox"]
            in range(counts["deliveries sent"], PEOPLE + 1),
            "the recipients' CSV differs": counts["rows in recipients.csv"] == PEOPLE
            and counts["sent in recipients.csv"] == counts["deliveries sent"],
            # The file said nothing of their consent: they are counted, and not told apart.
            "opens of people who did not agree are told": counts["opens in recipients.csv"] == 0,
            "opens differ": _between(counts, "opens"),
            "clicks differ": _between(counts, "clicks"),
        }.items()
        if not fine
    ]
    print("WRONG: " + "; ".join(wrong) if wrong else "every count agrees")
    return 1 if wrong else 0


def _count(house: House, rows: str) -> int:
    ((count,),) = house.ask(f"SELECT count(*) FROM {rows}")
    return int(str(count))


def _sent(house: House, least: float) -> bool:
    return _count(house, "sending_delivery WHERE state = 'sent'") >= least


def _between(counts: Counter[str], what: str) -> bool:
    """Whether all answered hits were counted, and no more than were made."""
    made = counts[f"{what} made"]
    return made <= counts[f"{what} in events.csv"] <= made + counts[f"{what} unanswered"]


def _hit(house: House, path: str) -> str:
    """Load a pixel or follow a link until it is answered, and say which it was.

    A server that is killed while it answers may have taken the hit or not: nobody can know,
    so such a hit is not made again, and told apart.
    """
    kind = "open" if "/open/" in path else "click"
    place = urlsplit(house.address)
    while True:
        connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
        try:
            connection.connect()
        except OSError:
            time.sleep(0.05)
            continue
        headers = {"User-Agent": AGENT, "Accept-Language": "en", "Sec-Fetch-Mode": "navigate"}
        try:
            connection.request("GET", path, headers={**headers, "X-Forwarded-For": "81.227.0.10"})
            connection.getresponse().read()
        except (OSError, HTTPException):
            return f"unanswered {kind}"
        finally:
            connection.close()
        return kind


def _html(content: object) -> str:
    """Return what a mail program would show of a mail."""
    assert isinstance(content, bytes)
    body = message_from_bytes(content, policy=policy.default).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


if __name__ == "__main__":
    raise SystemExit(main())

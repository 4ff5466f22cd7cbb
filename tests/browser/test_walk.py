"""The whole of Candid, once through, as a newcomer walks it: from an empty house to the report."""

import re

from playwright.sync_api import (
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    expect,
)

from tests.browser import readers, scheduling
from tests.browser import stack as stacks
from tests.browser.evidence import Hits, downloaded_rows, expect_figure, stat
from tests.browser.mailbox import (
    click_link,
    open_mail,
    open_test_mail,
    pixel_of,
    unsubscribe_by_footer,
    unsubscribe_by_one_click,
    unsubscribe_nobody,
)
from tests.browser.shop import Shop

EMAIL = "ada@example.org"
PASSWORD = "correct horse battery staple"
COLLEAGUE = "grace@example.org"
# Tests have a pixel and links too; opening and clicking them counts nowhere.
TESTS, TEST_OPENS, TEST_CLICKS = 2, 1, 1
# From a hit to the open report, and what a machine that does ten things at once may add.
SECONDS_TO_MOVE, SLOW_MACHINE = 2, 8


def test_walk(browser_context: BrowserContext, empty_house: stacks.Stack, shop: Shop):
    hits = Hits(browser_context)
    page = browser_context.new_page()
    set_up(page, empty_house.address)
    import_readers(page, empty_house.address)
    import_again(page)
    campaign = compose(page, empty_house.address, shop)
    preview(page)
    send_test(page)
    launch(page)
    expect_mails(page, empty_house.address, readers.PEOPLE + TESTS)
    assert hits.opens == 0, "importing, previews and sending must not open anything"
    appointment = scheduling.schedule(page, empty_house.address)
    scheduling.expect_nothing_before(page, empty_house.address)

    for number in (1, 2, 3):
        open_mail(page, empty_house.address, f"leserin{number}@")
    click_link(page, "See the offer", f"{shop.address}/offer")
    open_mail(page, empty_house.address, "leserin4@")
    click_link(page, "See the offer", f"{shop.address}/offer")
    open_mail(page, empty_house.address, "leserin5@")
    unsubscribe_by_footer(page)
    unsubscribe_by_one_click(page, empty_house.address, "leserin6@")
    open_test_mail(page, empty_house.address, COLLEAGUE)
    click_link(page, "See the offer", f"{shop.address}/offer")
    assert shop.visits == ["/offer"] * 3
    unsubscribe_nobody(page)

    read_report(page, empty_house.address, campaign)
    check_exports(page, hits)
    watch_report(page, empty_house.address, campaign)
    scheduling.expect_it_goes_out(page, empty_house.address, appointment)
    expect_mails(page, empty_house.address, readers.PEOPLE + TESTS + 1)


def set_up(page: Page, address: str) -> None:
    page.goto(address)
    expect(page).to_have_url(f"{address}/setup/")
    page.get_by_label("Workspace name").fill("Paper & Ink")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill("12345")
    page.get_by_label("Postal address").fill("1 Main Street\nSpringfield")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("alert")).to_contain_text("too short")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("link", name="New campaign").first).to_be_visible()
    # The door is shut behind the first one.
    page.goto(f"{address}/setup/")
    expect(page).not_to_have_url(f"{address}/setup/")


def import_readers(page: Page, address: str) -> None:
    page.goto(f"{address}/lists/new/")
    page.get_by_label("Name").fill("Readers")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Import a file").first.click()
    upload(page)
    expect(page.get_by_label("Character set")).to_have_value("windows-1252")
    expect(page.get_by_label("Cells are separated by")).to_have_value(";")
    expect(becomes(page, "E-Mail")).to_have_value("email")
    expect(becomes(page, "Vorname")).to_have_value("first_name")
    expect(becomes(page, "Land")).to_have_value("country")
    expect(page.get_by_text("Äpfel & Söhne").first).to_be_visible()
    state_basis(page)
    page.get_by_role("button", name="Import").click()
    expect_figure(page, "New contacts", readers.PEOPLE)
    expect_figure(page, "New on the list", readers.PEOPLE)
    expect_figure(page, "Lines left out", readers.REJECTED)
    expect(page.get_by_text("keine-adresse")).to_be_visible()
    left_out = downloaded_rows(page, "Download all")
    assert len(left_out) == readers.REJECTED


def import_again(page: Page) -> None:
    """Import the same file once more: nothing changes."""
    page.get_by_role("link", name="To the list").click()
    page.get_by_role("link", name="Import a file").first.click()
    upload(page)
    state_basis(page)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text(f"{readers.PEOPLE} were known and unchanged")).to_be_visible(
        timeout=30_000
    )
    expect_figure(page, "New contacts", 0)
    expect_figure(page, "Changed contacts", 0)


def becomes(page: Page, column: str) -> Locator:
    """Return the choice of what this column of the file becomes."""
    return page.get_by_role("combobox", name=column, exact=True)


def upload(page: Page) -> None:
    file = FilePayload(name="leser.csv", mimeType="text/csv", buffer=readers.messy_file())
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()


def state_basis(page: Page) -> None:
    page.get_by_label("They asked for it").check()
    page.get_by_label("They all agreed, and we say below how and when").check()
    page.get_by_label("How did they agree?").fill("Ticked a box on our form.")
    page.get_by_label("When?").fill("2026-01-02")


def compose(page: Page, address: str, shop: Shop) -> str:
    """Write a campaign, first with a merge tag that nobody has, and return its id."""
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Name").fill("Spring letter")
    page.get_by_role("button", name="Start writing").click()
    expect(page).to_have_url(re.compile(r"/campaigns/\d+/edit/"))
    page.get_by_label("Subject").fill("Spring, {{ contact.first_name }}")
    page.get_by_label("Preheader").fill("All that is new")
    page.get_by_label("From", exact=True).select_option(index=1)
    page.get_by_label("Readers").check()
    body = page.get_by_label("Body", exact=True)
    body.fill("Dear {{ contact.nickname }},\n\nthis is it.")
    page.get_by_role("button", name="Continue").first.click()
    expect(page.locator("#problem-body")).to_contain_text("nickname")
    body.fill(
        'Dear {{ contact.first_name | default: "friend" }},\n\n'
        f"[See the offer]({shop.address}/offer) or [read on]({shop.address}/story)."
    )
    page.get_by_role("button", name="Continue").first.click()
    expect(page).to_have_url(re.compile(r"/campaigns/\d+/preview/"))
    found = re.search(r"/campaigns/(\d+)/", page.url)
    assert found
    return found[1]


def preview(page: Page) -> None:
    """Look at it as one of the readers gets it, on a screen, on a phone, and as text."""
    page.get_by_label("Find a contact").fill("leserin7@")
    page.get_by_role("link", name="leserin7@example.com").click()
    mail = page.frame_locator("iframe[title='The mail']")
    expect(mail.get_by_text("Dear Zoë7,")).to_be_visible()
    page.get_by_role("link", name="Phone").click()
    expect(mail.get_by_text("Dear Zoë7,")).to_be_visible()
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator("pre")).to_contain_text("Dear Zoë7,")


def send_test(page: Page) -> None:
    page.get_by_role("link", name="Test and send").first.click()
    expect(page.get_by_text(f"{readers.PEOPLE} people", exact=True)).to_be_visible()
    # Kept as a group, which is ticked then.
    page.get_by_label("Send the test to").fill(f"{EMAIL}, {COLLEAGUE}")
    page.get_by_text("Groups for tests").click()
    page.get_by_label("Keep the addresses above as a group").fill("Editors")
    page.get_by_role("button", name="Keep the group").click()
    expect(page.get_by_label("Editors 2 addresses")).to_be_checked()
    # As one of the readers gets it, who is offered while their name is written.
    contact = page.get_by_label("As it would be for")
    contact.press_sequentially("zoë7")
    expect(page.locator("#test-people option")).to_have_count(1)
    contact.fill(page.locator("#test-people option").get_attribute("value") or "")
    page.get_by_role("button", name="Send the test").click()
    expect(page.get_by_text(f"The test is on its way to {EMAIL}, {COLLEAGUE}")).to_be_visible()


def launch(page: Page) -> None:
    """Confirm, and watch it go out until all is sent, without touching the page."""
    page.get_by_role("button", name=f"Send to {readers.PEOPLE} people now").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text(f"to {readers.PEOPLE} people now?")
    question.get_by_role("button", name="Go back").click()
    page.get_by_role("button", name=f"Send to {readers.PEOPLE} people now").click()
    question.get_by_role("button", name=f"Send to {readers.PEOPLE} people now").click()
    expect(page).to_have_url(re.compile(r"/campaigns/\d+/$"))
    expect(page.locator("#progress .status-tag").first).to_have_text("Sent", timeout=60_000)
    expect(page.locator("#progress")).to_contain_text(f"{readers.PEOPLE} of {readers.PEOPLE}")


def expect_mails(page: Page, address: str, count: int) -> None:
    page.goto(f"{address}/inbox/")
    expect(page.locator("main tbody tr")).to_have_count(count)


def read_report(page: Page, address: str, campaign: str) -> None:
    """Wait until all hits are counted, and read the report."""
    page.goto(f"{address}/campaigns/{campaign}/report/")
    stats = page.locator("#report")
    people = readers.PEOPLE
    expect(stats).to_contain_text(f"5 of {people} people who may be measured", timeout=60_000)
    expect(stats).to_contain_text(f"2 of {people} people who may be measured")
    expect(stats).to_contain_text(f"of {people} accepted by the mail server")
    expect(stat(page, "Delivered")).to_have_text(str(people))
    expect(stat(page, "Unsubscribed")).to_have_text("2")
    expect(page.locator(".bars-label", has_text="Sweden")).to_be_visible()


def watch_report(page: Page, address: str, campaign: str) -> None:
    """Leave the report open while one more person reads: it moves by itself, and soon."""
    reader = page.context.new_page()
    open_mail(reader, address, "leserin7@")
    reader.close()
    page.bring_to_front()
    page.goto(f"{address}/campaigns/{campaign}/report/")
    stats = page.locator("#report")
    expect(stats).to_contain_text(f"6 of {readers.PEOPLE} people who may be measured")
    pixel = pixel_of(page, address, "leserin8@")
    # As a mail program does; the page is not touched.
    assert page.request.get(pixel).status == 200
    expect(stats).to_contain_text(
        f"7 of {readers.PEOPLE} people who may be measured",
        timeout=1_000 * (SECONDS_TO_MOVE + SLOW_MACHINE),
    )


def check_exports(page: Page, hits: Hits) -> None:
    """Hold the files against what was done here, to the unit."""
    recipients = exported(page, "Recipients (CSV)")
    assert len(recipients) == readers.PEOPLE
    assert sum(int(row["Opens"] or 0) for row in recipients) == hits.opens - TEST_OPENS
    assert sum(int(row["Clicks"] or 0) for row in recipients) == hits.clicks - TEST_CLICKS == 2
    opened = [row["E-mail"] for row in recipients if int(row["Opens"] or 0)]
    assert sorted(opened) == [f"leserin{number}@example.com" for number in range(1, 6)]
    events = exported(page, "Events (CSV)")
    assert [row["What"] for row in events].count("Open") == hits.opens - TEST_OPENS
    assert [row["What"] for row in events].count("Click") == hits.clicks - TEST_CLICKS
    assert {row["Country"] for row in events} <= {"Sweden", "SE"}
    links = exported(page, "Links (CSV)")
    assert len(links) == 2
    assert sorted(int(row["Clicks by people"]) for row in links) == [0, 2]


def exported(page: Page, name: str) -> list[dict[str, str]]:
    page.get_by_role("button", name="Export").click()
    return downloaded_rows(page, name)

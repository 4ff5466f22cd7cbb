"""Files become people in a real browser: mapped, tried, imported, stopped and undone."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from psycopg import sql

from campaigns.audience.imports import importing
from tests.audience import exports
from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.evidence import downloaded_rows, expect_figure
from tests.browser.looking import look

pytestmark = pytest.mark.usefixtures("patient")
CLUB = (
    "E-mail;First name;Shoe size;Joined;Remarks\r\n"
    "ann.{0}@example.com;Ann;42;3.2.2026;\r\n"
    "bob.{0}@example.com;Bob;big;24. Dez. 2025;late\r\n"
    "nowhere;Nobody;40;;\r\n"
    "CID.{0}@Example.com;Cid;;;\r\n"
)
# Three chunks; the later two have a line at their start that is left out.
CHUNKS = 3
LEFT_OUT = [importing.CHUNK * chunk + 2 for chunk in range(1, CHUNKS)]
# A chunk that notes why it leaves out a line waits, before it is kept, while a test holds the
# number of the chunk: so an import stands still in its middle for as long as it is looked at.
GATE = """
CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_xact_lock_shared(NEW.line / {chunk});
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON audience_importremark
  FOR EACH ROW WHEN (NEW.line > {chunk}) EXECUTE FUNCTION wait_at_gate()
"""
NO_GATE = "DROP TRIGGER gate ON audience_importremark; DROP FUNCTION wait_at_gate()"


@pytest.fixture(params=pages.SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def page(
    request: pytest.FixtureRequest, chromium: Browser, working_house: stacks.Stack
) -> Iterator[Page]:
    width, theme = request.param
    with pages.signed_in(chromium, working_house.address, width, theme) as page:
        yield page


def test_a_file_is_mapped_tried_imported_and_undone(page: Page, working_house: stacks.Stack):
    width = width_of(page)
    club = new_list(page, working_house.address, f"Club {width}")
    upload(page, CLUB.format(width).encode("cp1252"), name="club.csv")
    expect(page.get_by_role("heading", name="What does each column mean?")).to_be_visible()
    for column, becomes in {
        "E-mail": "email",
        "First name": "first_name",
        "Shoe size": "field:shoe_size",
        "Joined": "field:joined",
    }.items():
        expect(choice(page, column)).to_have_value(becomes)
    look(page, f"import-columns-{width}")

    # A mistake costs nothing that was chosen before it.
    choice(page, "Remarks").select_option("")
    expect(page.get_by_label("Kind Remarks")).to_be_hidden()
    choice(page, "E-mail").select_option("")
    page.get_by_label("Tags for all of them").fill("club")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Choose which column holds the e-mail address").first).to_be_visible()
    look(page, f"import-mistake-{width}")
    expect(choice(page, "Remarks")).to_have_value("")
    expect(page.get_by_label("Tags for all of them")).to_have_value("club")
    choice(page, "E-mail").select_option("email")
    page.get_by_label("They asked for it").check()

    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("This is what would happen. Nothing is imported yet.")).to_be_visible()
    expect_figure(page, "New contacts", 3)
    expect_figure(page, "Lines left out", 1)
    look(page, f"import-tried-{width}")
    assert people(working_house, width) == []

    page.get_by_role("button", name="Import for good").click()
    expect(page.get_by_role("link", name="Undo this import")).to_be_visible()
    expect_figure(page, "New on the list", 3)
    look(page, f"import-done-{width}")
    left_out = downloaded_rows(page, "Download all")
    assert [(row["Line"], row["Imported"], row["E-mail"]) for row in left_out] == [
        ("4", "no", "nowhere")
    ]
    assert "needs an @-sign" in left_out[0]["Reason"]
    assert people(working_house, width) == ["Ann", "Bob", "Cid"]
    page.goto(club)
    for name in ("Ann", "Bob", "Cid"):
        expect(page.locator("main tbody").get_by_text(name).first).to_be_visible()

    page.goto(club)
    page.get_by_role("link", name="club.csv").click()
    page.get_by_role("link", name="Undo this import").click()
    look(page, f"import-undo-{width}")
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("This import is undone.")).to_be_visible()
    assert people(working_house, width) == []
    page.goto(club)
    expect(page.get_by_role("row").filter(has_text="club.csv")).to_contain_text("Undone")
    look(page, f"import-history-{width}")


@pytest.mark.parametrize("page", pages.SCREENS[:1], indirect=True, ids=["1440-light"])
def test_it_moves_by_itself_and_is_cancelled_without_a_trace(
    page: Page, working_house: stacks.Stack
):
    new_list(page, working_house.address, "Many")
    told = page.locator("#progress")
    with gate(working_house) as gates:
        close(gates, 1, 2)
        upload(page, many(), name="many.csv")
        number = begin(page)
        expect(told).to_contain_text(f"{importing.CHUNK:,} lines checked")
        look(page, "import-running")
        let_through(gates, 1)
        expect(told).to_contain_text(f"{2 * importing.CHUNK:,} lines checked")
        page.get_by_role("button", name="Cancel this import").click()
        expect(page.get_by_text("This import was cancelled")).to_be_visible()
        look(page, "import-cancelled")
        let_through(gates, 2)
        gone = "SELECT to_regclass(%s) IS NULL"
        staged = f"audience_staged_{number}"
        stacks.until(
            lambda: working_house.query(gone, staged) == [(True,)], "it is cleared up", seconds=90
        )
        assert found(working_house) == 0


def test_pasted_lines_and_the_export_of_another_product(page: Page, working_house: stacks.Stack):
    width = width_of(page)
    club = new_list(page, working_house.address, f"Pasted {width}")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("Pasted lines").fill(f"bob@example.com\nann.{width}@example.com\n")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("The first line names the columns")).not_to_be_checked()
    page.get_by_label("They asked for it").check()
    page.get_by_role("button", name="Import at once").click()
    expect_figure(page, "New on the list", 2)

    page.goto(club)
    upload(page, exports.MAILCHIMP_UNSUBSCRIBED, name="unsubscribed_members_export.csv")
    everybody = page.get_by_label("All people of this file")
    expect(everybody).to_have_value("unsubscribed")
    expect(choice(page, "OPTIN_IP")).to_have_value("")
    expect(choice(page, "CC")).to_have_value("country")
    look(page, f"import-mailchimp-{width}")
    page.get_by_label("They asked for it").check()
    page.get_by_role("button", name="Import at once").click()
    expect(page.get_by_text("1 person left before, says the file")).to_be_visible()
    page.goto(club)
    expect(page.get_by_text("1 person subscribed, 1 left.")).to_be_visible()


@pytest.mark.parametrize("page", pages.SCREENS[:1], indirect=True, ids=["1440-light"])
def test_a_bad_file_is_refused_in_words_and_what_was_pasted_stays(
    page: Page, working_house: stacks.Stack
):
    new_list(page, working_house.address, "Bad")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("Pasted lines").fill("ann@example.com")
    give(page, b"\x89PNG\r\n\x1a\n" + bytes(200), "members.csv")
    page.get_by_role("button", name="Upload").click()
    field = page.get_by_label("File", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("not a CSV file").first).to_be_visible()
    expect(page.get_by_label("Pasted lines")).to_have_value("ann@example.com")
    look(page, "import-bad")


def width_of(page: Page) -> int:
    assert page.viewport_size is not None
    return page.viewport_size["width"]


def new_list(page: Page, address: str, name: str) -> str:
    page.goto(f"{address}/lists/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page.url


def give(page: Page, content: bytes, name: str) -> None:
    file = FilePayload(name=name, mimeType="text/csv", buffer=content)
    page.get_by_label("File", exact=True).set_input_files(file)


def upload(page: Page, content: bytes, *, name: str) -> None:
    """Give a file to the list that is open, and come to its columns."""
    page.get_by_role("link", name="Import a file").first.click()
    give(page, content, name)
    page.get_by_role("button", name="Upload").click()


def choice(page: Page, column: str) -> Locator:
    """Return the choice of what this column of the file becomes."""
    return page.get_by_role("combobox", name=column, exact=True)


def begin(page: Page) -> int:
    """Import what is mapped, and return the number of the import."""
    page.get_by_label("They asked for it").check()
    page.get_by_role("button", name="Import at once").click()
    expect(page).to_have_url(re.compile(r"/imports/\d+/$"))
    return int(page.url.rstrip("/").rpartition("/")[2])


def many() -> bytes:
    """Return a file of `CHUNKS` chunks, with a bad line where each but the first begins."""
    lines = [f"reader{number}@example.net,Reader" for number in range(CHUNKS * importing.CHUNK)]
    for line in LEFT_OUT:
        lines[line - 2] = "nowhere,Nobody"
    return "\n".join(["E-mail,First name", *lines]).encode()


@contextlib.contextmanager
def gate(house: stacks.Stack) -> Iterator[psycopg.Connection]:
    """Give the connection by which chunks are held up; all go on when it ends."""
    url = house.environment["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as gates:
        gates.execute(sql.SQL(GATE).format(chunk=sql.Literal(importing.CHUNK)))
        try:
            yield gates
        finally:
            gates.execute("SELECT pg_advisory_unlock_all()")
            gates.execute(NO_GATE)


def close(gates: psycopg.Connection, *chunks: int) -> None:
    for chunk in chunks:
        gates.execute("SELECT pg_advisory_lock(%s)", [chunk])


def let_through(gates: psycopg.Connection, chunk: int) -> None:
    gates.execute("SELECT pg_advisory_unlock(%s)", [chunk])


def people(house: stacks.Stack, width: int) -> list[str]:
    """Return the first names of the club's people, read past all pages."""
    question = "SELECT first_name FROM audience_contact WHERE email_key LIKE %s ORDER BY first_name"
    return [name for (name,) in house.query(question, f"%.{width}@example.com")]


def found(house: stacks.Stack) -> int:
    """Return how many there are of the large file's people."""
    question = "SELECT count(*) FROM audience_contact WHERE email_key LIKE %s"
    [(number,)] = house.query(question, "reader%@example.net")
    return int(number)

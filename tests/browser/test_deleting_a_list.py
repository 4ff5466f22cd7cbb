"""A list of many people is deleted in a real browser: it moves by itself, and pages answer."""

import re
from typing import LiteralString

import psycopg
import pytest
from playwright.sync_api import Browser, expect
from psycopg import sql

from campaigns.audience import deleting
from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.looking import look

pytestmark = pytest.mark.usefixtures("patient")
PEOPLE = 2 * deleting.STEP + 1_000
MAKE = """
WITH made AS (
    INSERT INTO audience_contact (
        workspace_id, email, email_key, fingerprint, first_name, last_name, language, country,
        time_zone, fields, measuring, consent_epoch, created_at, updated_at
    )
    SELECT workspace_id, key, key, substr(sha256(key::bytea), 1, 16), '', '', '', '', '', '{}',
        'unknown', 1, now(), now()
    FROM audience_list, generate_series(1, %s) n,
        LATERAL (SELECT 'many.' || audience_list.id || '.' || n || '@example.net' AS key) keys
    WHERE audience_list.id = %s RETURNING id, workspace_id
)
INSERT INTO audience_subscription (
    workspace_id, contact_id, list_id, status, basis, basis_note, subscribed_at
)
SELECT workspace_id, id, %s, 'subscribed', 'consent', '', now() FROM made
"""
# The last person of the first step.
FIRST = """
SELECT contact_id FROM audience_subscription WHERE list_id = %s
ORDER BY contact_id OFFSET %s LIMIT 1
"""
GATE_KEY = 7_001
# What comes after them waits while a test holds the gate.
GATE = """
CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_xact_lock_shared({key});
  RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON audience_consententry
  FOR EACH ROW WHEN (NEW.contact_id > {first}) EXECUTE FUNCTION wait_at_gate()
"""
NO_GATE = "DROP TRIGGER gate ON audience_consententry; DROP FUNCTION wait_at_gate()"
ON: LiteralString = "SELECT count(*) FROM audience_subscription WHERE list_id = %s"


@pytest.mark.parametrize(("width", "theme"), pages.SCREENS)
def test_people_leave_a_deleted_list_while_pages_answer(
    chromium: Browser, working_house: stacks.Stack, width: int, theme: str
):
    with pages.signed_in(chromium, working_house.address, width, theme) as page:
        page.goto(f"{working_house.address}/lists/new/")
        page.get_by_label("Name").fill(f"Many {width}")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(re.compile(r"/lists/\d+/$"))
        number = int(page.url.rstrip("/").rpartition("/")[2])
        working_house.query(MAKE, PEOPLE, number, number)
        [(first,)] = working_house.query(FIRST, number, deleting.STEP - 1)

        url = working_house.environment["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as gate:
            gate.execute(sql.SQL(GATE).format(key=sql.Literal(GATE_KEY), first=sql.Literal(first)))
            gate.execute("SELECT pg_advisory_lock(%s)", [GATE_KEY])
            try:
                page.goto(f"{working_house.address}/lists/{number}/delete/")
                expect(page.locator("main")).to_contain_text(f"{PEOPLE:,} people")
                page.get_by_role("button", name="Delete the list").click()
                told = page.locator("#leaving")
                expect(told).to_contain_text(f"{deleting.STEP:,} of {PEOPLE:,} people have left it")
                expect(told.get_by_role("progressbar")).to_be_visible()
                look(page, f"list-leaving-{width}")
                # Nobody waits for it: other pages are there, and say nothing of the list.
                other = page.context.new_page()
                other.goto(f"{working_house.address}/contacts/?q=many.{number}.")
                expect(other.locator("main tbody tr").first).to_contain_text(f"many.{number}.")
                expect(other.locator("select[name=list]")).not_to_contain_text(f"Many {width}")
            finally:
                gate.execute("SELECT pg_advisory_unlock_all()")
            expect(told).not_to_contain_text("is being deleted")
            gate.execute(NO_GATE)
        assert working_house.query(ON, number) == [(0,)]

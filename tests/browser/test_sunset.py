"""Who was not seen for long is asked, and stays by their own word or a member's, or goes."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.looking import look
from tests.browser.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("patient")
# Of a machine that does ten things at once.
PATIENCE = 90_000
# Make some readers of English quiet who were mailed lately, on a list of their own.
QUIET = """
from datetime import timedelta
from django.utils import timezone
from campaigns.accounts.models import Workspace
from campaigns.audience.models import ConsentEntry, Contact, Subscription
from tracking.models import Engagement
long_ago = timezone.now() - timedelta(days=500)
workspace = Workspace.objects.get()
quiet = workspace.lists.create(name="Quiet %(number)s")
lately = timezone.now() - timedelta(days=80)
mailed = {"deliveries__state": "sent", "deliveries__done_at__gte": lately}
people = Contact.objects.filter(measuring="granted", language="en", **mailed)
people = people.exclude(subscriptions__list__name__startswith="Quiet").unsuppressed()
ids = sorted(set(people.values_list("pk", flat=True)))[:4]
Subscription.objects.bulk_create(
    Subscription(workspace=workspace, list=quiet, contact_id=pk, basis="consent") for pk in ids
)
Subscription.objects.filter(contact__in=ids).update(subscribed_at=long_ago)
Contact.objects.filter(pk__in=ids).update(created_at=long_ago, last_seen_on=None)
Engagement.objects.filter(contact_id__in=ids).delete()
ConsentEntry.objects.bulk_create(
    ConsentEntry(
        workspace=workspace, contact_id=pk, state="granted", source="import", at=long_ago
    )
    for pk in ids
)
print(*Contact.objects.filter(pk__in=ids).order_by("email_key").values_list("email", flat=True))
"""
# The time to answer goes by.
OVER = "UPDATE composing_campaign SET finished_at = finished_at - interval '15 days' WHERE id = %s"
ON = """
SELECT contact.email FROM audience_subscription row
  JOIN audience_contact contact ON contact.id = row.contact_id
  JOIN audience_list list ON list.id = row.list_id
 WHERE list.name = %s AND row.status = 'subscribed'
"""
YES = "SELECT count(*) FROM audience_consententry WHERE evidence @> '{\"stays\": true}'"


@pytest.mark.parametrize(
    ("width", "theme", "scripts"),
    [(1440, "light", True), (360, "dark", False)],
    ids=["wide-light-with-javascript", "phone-dark-without"],
)
def test_a_round_from_the_rule_to_its_end(
    chromium: Browser, working_house: stacks.Stack, width: int, theme: str, scripts: bool
):
    name = f"Quiet {width}"
    code = QUIET % {"number": width}
    quiet = working_house.manage("shell", "-v", "0", "-c", code).split()[-4:]
    with reader(chromium, viewport={"width": width, "height": 900}, color_scheme=theme) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        pages.sign_in(page, working_house.address)
        make_rule(page, working_house.address, name, f"{width}-{theme}")
        campaign = ask(page, f"{width}-{theme}")
        stay_by_a_button_and_by_no_look(chromium, working_house, quiet[0], scripts=scripts)

        working_house.query(OVER, campaign)
        page.goto(f"{working_house.address}/contacts/hygiene/")
        card = page.locator(".card").filter(has_text=name)
        expect(card).to_contain_text("Their time to answer was over")
        card.get_by_role("link", name="See who did not answer").click()
        expect(page.get_by_text(quiet[0])).to_have_count(0)
        let_stay(page, quiet[1], f"{width}-{theme}")
        page.get_by_role("button", name="Unsubscribe 2 people").press("Enter")
        answer(page, "Unsubscribe 2 people")
        expect(page.get_by_text("2 contacts are changed.")).to_be_visible()
        look(page, f"sunset-done-{width}-{theme}")
    assert {email for (email,) in working_house.query(ON, name)} == {quiet[0], quiet[1]}


def make_rule(page: Page, address: str, name: str, screen: str) -> None:
    page.goto(f"{address}/contacts/hygiene/rules/new/")
    page.get_by_label("Not seen for so many months").fill("3")
    page.get_by_label("Of which people").select_option(label=name)
    page.get_by_role("button", name="Count again").press("Enter")
    expect(page.locator("#look strong").first).to_have_text("4")
    look(page, f"sunset-rule-{screen}")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("The rule is saved.")).to_be_visible()
    look(page, f"sunset-hygiene-{screen}")
    card = page.locator(".card").filter(has_text=name)
    card.get_by_role("button", name="Write to them").press("Enter")


def ask(page: Page, screen: str) -> int:
    """Send the draft as it is, and return its number."""
    expect(page.get_by_text("This is a draft.")).to_be_visible()
    subject = page.get_by_label("Subject", exact=True)
    expect(subject).to_have_value("Do you still want to hear from us?")
    look(page, f"sunset-draft-{screen}")
    found = re.search(r"/campaigns/(\d+)/", page.url)
    assert found
    page.get_by_role("link", name="Test and send").first.click()
    page.get_by_role("button", name="Send to 4 people now").press("Enter")
    answer(page, "Send to 4 people now")
    expect(page.locator("#progress .status-tag").first).to_have_text("Sent")
    return int(found[1])


def answer(page: Page, word: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=word).press("Enter")


def stay_by_a_button_and_by_no_look(
    chromium: Browser, house: stacks.Stack, email: str, *, scripts: bool
) -> None:
    before = house.query(YES)
    viewport = {"width": 360, "height": 800}
    with reader(chromium, java_script_enabled=scripts, viewport=viewport) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        for _again in range(3):
            page.goto(house.address + Mailbox(house, email).link("stay"))
        assert house.query(YES) == before
        look(page, f"stay-{scripts}")
        page.get_by_role("button", name="Yes, keep me").press("Enter")
        expect(page.get_by_role("heading", name="Thank you: you stay")).to_be_visible()
        assert house.query(YES) > before
        assert context.cookies() == []


def let_stay(page: Page, email: str, screen: str) -> None:
    """Tick one by the keyboard, look among those who stay, and go back."""
    page.get_by_role("checkbox", name=f"Tick {email}").press("Space")
    look(page, f"sunset-review-{screen}")
    page.get_by_role("button", name="Let the ticked stay").press("Enter")
    expect(page.get_by_text("1 person stays, answer or not.")).to_be_visible()
    expect(page.locator("#silent").get_by_text(email)).to_have_count(0)
    page.get_by_label("Show", exact=True).select_option("spared")
    expect(page.locator("#silent").get_by_text(email)).to_be_visible()
    look(page, f"sunset-spared-{screen}")

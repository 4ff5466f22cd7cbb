"""What a table shows can be taken along: with the same filters, in the same order, every row."""

import csv
import io
import re
from datetime import time, timedelta
from urllib.parse import urljoin

import lxml.html
import pytest
from django.conf import settings

from campaigns.accounts.models import Member
from campaigns.audience import formulas
from campaigns.audience.models import Contact
from campaigns.composing.models import Campaign
from campaigns.reports import days, saving, sharing
from campaigns.reports.rhythm import Rhythm
from campaigns.sending.models import Delivery
from tests import world
from tests.reports.scene import Scene
from tests.reports.screen_tables import ELSEWHERE, TABLES, Table
from tests.sending import stage

pytestmark = pytest.mark.django_db
FORMULA = "=HYPERLINK(0)"
HAS_TABLE = re.compile(r"<table|<c-chart |class=\"bars\"|class=\"story\"")


@pytest.fixture
def names(autumn, sender, member, tmp_path):
    """A workspace that was used for a while, and what stands for what in addresses."""
    workspace = autumn.workspace
    _get_into_trouble(autumn)
    winter = Scene(workspace, sender, tmp_path / "w", granted=12, unknown=30, domain="w.example")
    Campaign.objects.filter(pk=winter.campaign.pk).update(name="Winter letter")
    for person in range(40):
        winter.opens(person, after=3600 * (1 + person / 9))
        winter.clicks(person, after=3600 * (2 + person / 9))
    winter.drain()
    world.make_campaign(workspace, name="-Draft")
    days.begin()
    assert days.count(workspace.pk)
    me = Member.objects.get(workspace=workspace, user=member)
    for name in ("Weekly", "@Month"):
        report = saving.save(workspace, name, "review", "span=7", member)
    saving.schedule(report, Rhythm("monthly", time(8), 0, 1), [me])
    for campaign in (autumn.campaign, winter.campaign):
        sharing.share(campaign, days=7, by=member)
    sharing.revoke(sharing.share(autumn.campaign, days=7, by=member)[0])
    return {
        "pk": autumn.campaign.pk,
        "other": winter.campaign.pk,
        "list": winter.campaign.lists.get().pk,
        "person": autumn.people[0].pk,
    }


def _get_into_trouble(scene: Scene) -> None:
    """Let five deliveries have no happy end, each at a moment of its own."""
    states = ("failed", "failed", "expired", "unknown", "suppressed")
    for number, state in enumerate(states, start=11):
        at = scene.sent_at + timedelta(minutes=number * 7 % 5)
        mine = Delivery.objects.filter(pk=scene.delivery(number).pk)
        stage.become(mine, state, done_at=at, code=550, reason=f"+{number} no")
    Contact.objects.filter(pk=scene.people[12].pk).update(first_name=FORMULA)


def test_the_file_beside_a_table_has_its_rows_in_its_order_and_no_formula(alice, names):
    wrong = []
    for table in TABLES:
        for question in table.questions:
            page, path = look(alice, names, table, question)
            shown = [_plain(found) for found in page.xpath(table.screen)]
            found = read(alice, path)
            if (taken := column(found, table)) != shown or not shown:
                wrong.append(f"{path} for {table.page}?{question}: {taken} and not {shown}")
            wrong += [f"{path}: {cell}" for row in found for cell in row.values() if _runs(cell)]
    assert not wrong, "\n".join(wrong)


def test_whom_a_campaign_did_not_reach_is_told_with_why(alice, autumn, names):
    found = read(alice, f"/campaigns/{autumn.campaign.pk}/report/trouble.csv?state=failed")
    [row] = [row for row in found if row["E-mail"] == autumn.people[12].email]
    assert row["First name"] == f"'{FORMULA}"
    said = ("What happened", "Answer code", "Reason", "Since (UTC)")
    at = autumn.sent_at + timedelta(minutes=12 * 7 % 5)
    assert [row[name] for name in said] == ["Failed", "550", "'+12 no", f"{at:%Y-%m-%d %H:%M:%S}"]


def test_every_table_of_the_reports_is_looked_at():
    folder = settings.BASE_DIR / "templates"
    with_table = {
        str(path.relative_to(folder))
        for path in (folder / "reports").rglob("*.html")
        if HAS_TABLE.search(path.read_text())
    }
    looked_at = {table.template for table in TABLES}
    assert with_table - ELSEWHERE <= looked_at
    assert not ELSEWHERE & looked_at


def look(browser, names, table: Table, question: str):
    """Open the page; return it, and where its link leads to."""
    address = f"{table.page}?{question}".format(**names)
    answer = browser.get(address)
    assert answer.status_code == 200
    page = lxml.html.fromstring(answer.text)
    # The last one stands by the table; the menu above it has whole files.
    found = page.xpath(f"//a[@download][contains(@href, '{table.file}')]/@href")
    assert found, f"{address} offers no {table.file}"
    return page, urljoin(address, found[-1])


def read(browser, path: str) -> list[dict[str, str]]:
    answer = browser.get(path)
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))


def column(found: list[dict[str, str]], table: Table) -> list[str]:
    """The column of the file that tells rows apart; its head may go on with a time zone."""
    if table.only is not None:
        name, value = table.only
        found = [row for row in found if row[name] == value]
    heads = [head for row in found[:1] for head in row]
    name = next((head for head in heads if head.split(" (")[0] == table.column), "")
    cells = [row[name].removeprefix("'") for row in found]
    return list(dict.fromkeys(cells)) if table.melted else cells


def _plain(found) -> str:
    text = found if isinstance(found, str) else found.text_content()
    return " ".join(text.split())


def _runs(cell: str | None) -> bool:
    """Whether a spreadsheet program takes it for a formula; a number below zero is none."""
    return (cell or "")[:1] in set(formulas.SIGNS) - {"-"} or bool(re.match(r"-\D", cell or ""))

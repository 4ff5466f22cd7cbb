"""Every table of the reports: where it is on screen, and which file has its rows.

`TABLES` is the list. A template that gets a table needs a line in it: the test looks for those
that have none.
"""

from __future__ import annotations

from dataclasses import dataclass

ROWS, HEADS = "//main//tbody/tr/th//a", "//main//thead//th/a[not(contains(@class, 'sort'))]"


@dataclass(frozen=True)
class Table:
    """A table as a page shows it, and the file that the page offers beside it."""

    template: str
    page: str
    # Of the file that the page's link leads to.
    file: str
    # What tells rows apart on screen, and the column that has the same in the file.
    screen: str
    column: str
    # What may be asked of it: filters, searches, orders.
    questions: tuple[str, ...] = ("",)
    # Only these rows of the file, where it holds several tables; repeated cells are one row.
    only: tuple[str, str] | None = None
    melted: bool = False

    def __str__(self) -> str:
        return f"{self.template.rpartition('/')[2]}:{self.column}"


def chart(name: str) -> str:
    """The rows of the table behind a chart."""
    return f"//figure[@id='{name}']//tbody/tr/th"


def card(title: str) -> str:
    return f"//section[.//h2[normalize-space()='{title}']]"


REPORT = "/campaigns/{pk}/report/"
BARS = "//li/span[@class='bars-label']"
TABLES = (
    Table(
        "reports/campaign/recipients.html",
        f"{REPORT}recipients/",
        "recipients.csv",
        ROWS,
        "E-mail",
        (
            "",
            "show=opened",
            "show=clicked&sort=clicks",
            "show=perhaps&sort=-address",
            "show=not_opened",
            "show=failed",
            "show=not_sent&sort=-name",
            "link=1&sort=-opens",
            "q=number+1&sort=-name",
            "sort=-opens",
            "sort=opens",
            "sort=first_open",
            "sort=country",
            "sort=address",
            "sort=state",
        ),
    ),
    Table(
        "reports/campaign/hits.html",
        f"{REPORT}hits/",
        "hits.csv",
        "//td[@data-label='Who']//a",
        "E-mail",
        ("", "sort=at", "kind=click", "verdict=scanner&sort=at", "q=granted1", "link=2"),
    ),
    Table(
        "sending/run/people.html",
        "/campaigns/{pk}/",
        "trouble.csv",
        "//td[@data-label='Address']",
        "E-mail",
        (
            *(
                "",
                "state=failed",
                "state=expired",
                "state=unknown",
                "state=suppressed",
                "state=sent",
            ),
            *("sort=address", "sort=-state", "state=failed&sort=reason", "sort=at", "sort=nothing"),
        ),
    ),
    Table(
        "reports/campaign/link_table.html",
        REPORT,
        "links.csv",
        "//*[contains(@class, 'link-url')]",
        "Link",
        ("", "raw=1"),
    ),
    Table(
        "reports/campaign/link_table.html",
        f"{REPORT}clicks/",
        "links.csv",
        "//*[contains(@class, 'link-url')]",
        "Link",
    ),
    Table(
        "reports/campaign/verdicts.html",
        REPORT,
        "made-by.csv",
        card("What the hits were") + "//tbody/tr/th/a",
        "Made by",
        ("", "raw=1"),
    ),
    *(
        Table(
            "reports/campaign/bars.html",
            REPORT,
            "breakdowns.csv",
            card(title) + BARS,
            "Name",
            only=("What", title),
        )
        for title in ("Countries", "Devices", "Operating systems", "Mail programs and browsers")
    ),
    Table(
        "reports/campaign/providers.html",
        f"{REPORT}mailboxes/",
        "mailboxes.csv",
        "//main//tbody/tr/th/span",
        "Provider",
    ),
    *(
        Table(
            "reports/campaign/figures.html",
            "/campaigns/{other}/report/",
            "over-time.csv",
            chart(name),
            scale,
            (f"by={scale.lower()}", f"by={scale.lower()}&raw=1"),
            only=("Whose", whose),
            melted=True,
        )
        for name, whose in (("timeline", "May be measured"), ("totals-timeline", "Only counted"))
        for scale in ("Hour", "Day")
    ),
    *(
        Table(
            "reports/campaign/figures.html",
            REPORT,
            "over-time.csv",
            "//figure[@id='timeline']//thead/tr/th[position() > 1]",
            "What",
            (question,),
            only=("Whose", "May be measured"),
            melted=True,
        )
        for question in ("", "raw=1")
    ),
    Table(
        "reports/campaign/figures.html",
        REPORT,
        "best-hour.csv",
        "//figure[@id='best-hour']//thead/tr/th[position() > 1]",
        "What",
        ("", "raw=1"),
        melted=True,
    ),
    Table(
        "reports/campaign/losses.html",
        REPORT,
        "answers.csv",
        card("What mail servers said") + "//li/text()[last()]",
        "Answer",
    ),
    Table(
        "reports/campaigns.html",
        "/campaigns/",
        "campaigns.csv",
        ROWS + "[@class='fw-bold text-reset']",
        "Campaign",
        ("", "sort=name", "sort=-clicked", "sort=sent", "status=sent", "status=drafts", "q=winter"),
    ),
    Table("reports/home.html", "/", "last-campaigns.csv", ROWS, "Campaign"),
    Table("reports/home.html", "/", "list-growth.csv", chart("growth"), "Day"),
    Table(
        "reports/compare/table.html",
        "/campaigns/compare/",
        "compare.csv",
        HEADS,
        "Campaign",
        ("c={pk}&c={other}", "c={other}&c={pk}"),
    ),
    *(
        Table(
            "reports/growth/table.html",
            "/growth/",
            "growth.csv",
            f"//main//table[contains(@class, 'table-figures')]//td[@data-label='{head}']",
            column,
            ("span=30&by=day", "span=90&by=week", "list={list}", "list=0&span=365"),
        )
        for head, column in (("At its end", "People at its end"), ("Joined", "Joined"))
    ),
    Table(
        "reports/growth/liveliness.html",
        "/growth/",
        "lively.csv",
        chart("mailings"),
        "When",
        ("span=30&by=day", "span=90&by=week", "list={list}&span=30"),
        melted=True,
    ),
    Table(
        "reports/review/mailings.html",
        "/review/",
        "review.csv",
        ROWS,
        "Campaign",
        ("span=7", "span=365"),
    ),
    Table(
        "reports/timeline.html",
        "/contacts/{person}/timeline/",
        "timeline.csv",
        "//ol[@class='story']/li/div/div[1]/text()[1]",
        "What",
        ("", "show=mails", "show=reading", "show=lists"),
    ),
    Table("reports/saved.html", "/reports/", "reports.csv", ROWS, "Report"),
    Table("reports/share/links.html", "/shares/", "shares.csv", ROWS, "Report"),
    Table(
        "reports/share/links.html",
        f"{REPORT}share/",
        "shares.csv",
        "//main//tbody/tr/td[@data-label='By']",
        "By",
    ),
)
# Whose rows are in a file that another table has a line for, and where that is.
ELSEWHERE = {
    # The chart beside each table has that table's figures.
    "reports/compare.html",
    "reports/growth.html",
    "reports/review.html",
    # The file hangs on the mail.
    "reports/mail/report.html",
    # What people outside see is for looking: they get no file.
    "reports/shared.html",
}

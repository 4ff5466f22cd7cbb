"""What readers are promised of what a mail tells: T1, T2, T3 and T8.

The promises are in `docs/privacy.md`; T4 to T7, of who asks and what is answered, are in
`tests/tracking/test_promises.py`. Mails, front and drainer are the real ones; where anything
may come in, Hypothesis makes it up.
"""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from campaigns.audience import consent
from campaigns.audience.models import Consent, ConsentEntry, Contact
from campaigns.composing import compiling, freezing, markup, plain_text
from campaigns.composing.compiling import Parts
from campaigns.sending.building import Builder
from campaigns.sending.querysets.ledger import Claimed
from tests import world
from tests.composing.letters import MARKDOWN, make_person
from tests.sending.measured import PEOPLE, drain, of_people
from tests.tracking.hitting import make_campaign, make_hit
from tracking import declaring, draining, hits, spool
from tracking.models import Engagement, Event, LinkClicker, PeopleCount
from tracking.tokens import Mode, Token

EVIDENCE = consent.Evidence(ConsentEntry.Source.PREFERENCES)
ANSWERS = [(opens, clicks) for opens in Consent.values for clicks in Consent.values]
HOST = "https://t.example.org"

few = hypothesis_settings(max_examples=40)
ids = st.integers(1, 2**62)
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)


@pytest.fixture
def host(settings) -> None:
    """Tracking on a host of its own, so that none of it can hide behind another address."""
    settings.TRACKING_URL = HOST


@pytest.fixture
def builder(draft, host) -> Builder:
    """Makes the mails of a campaign with links, conditions and merge tags."""
    draft.body = MARKDOWN
    draft.save(update_fields=["body"])
    freezing.freeze(draft)
    return Builder(draft, "parts")


# T1


@st.composite
def claimed(draw: st.DrawFn, mode: str) -> Claimed:
    """A delivery to whoever it may be, as a worker takes it out of the ledger."""
    return Claimed(
        id=draw(ids),
        uuid_hex=draw(st.uuids()).hex,
        address=f"{draw(words)}@example.com",
        mode=mode,
        epoch=draw(st.integers(0, 1000)),
        revision=1,
        attempt=1,
        contact_id=draw(st.one_of(st.none(), ids)),
        contact={"first_name": draw(names), "country": draw(words)},
    )


def tracked(mail: Parts) -> list[str]:
    """All addresses in both bodies that lead to tracking, in order."""
    return re.findall(rf'{HOST}[^\s"<>]*', f"{html.unescape(mail.html)}\n{mail.text}")


def built(builder: Builder, row: Claimed) -> Parts:
    mail = builder.outgoing(row).mail
    assert isinstance(mail, Parts)
    return mail


@few
@given(claimed("aggregate"), claimed("aggregate"))
def test_t1_in_aggregate_any_two_recipients_get_the_same_addresses(builder, one, other):
    mine = tracked(built(builder, one))
    assert mine == tracked(built(builder, other))
    assert len([url for url in mine if "/track/open/" in url]) == 1
    assert [url for url in mine if "/track/click/" in url]


@few
@given(claimed("individual"), claimed("individual"))
def test_t1_is_seen_to_fail_where_people_are_told_apart(builder, one, other):
    same = (one.id, one.contact_id, one.epoch) == (other.id, other.contact_id, other.epoch)
    assert (tracked(built(builder, one)) == tracked(built(builder, other))) is same


@pytest.mark.django_db(transaction=True)
def test_t1_mails_that_went_out_in_aggregate_are_alike(mailing):
    letters = mailing()
    urls = {(letter.pixel, *letter.tracked) for letter in letters.values()}
    assert len(letters) == PEOPLE and len(urls) == 1


# T2


@st.composite
def written(draw: st.DrawFn) -> tuple[str, list[str]]:
    """HTML of an author's, and where its links lead."""
    urls = [
        f"https://{draw(words)}.example/{draw(words)}?{draw(words)}={draw(words)}&b=%20ä#{n}"
        for n in range(draw(st.integers(1, 4)))
    ] + draw(st.lists(st.sampled_from(["mailto:us@example.com", "tel:+3112345", "#top"])))
    links = [f'<p><a href="{markup.escape_attribute(url)}">{draw(words)}</a></p>' for url in urls]
    return "".join(links), urls


@few
@given(written())
def test_t2_in_none_a_mail_has_no_tracking_and_its_links_are_as_written(
    workspace, sender, host, made
):
    source, urls = made
    campaign = world.make_campaign(workspace, sender=sender, format="html", body=source)
    revision = freezing.unsaved(campaign)
    assert revision.links, "what could be tracked is known"
    mail = compiling.compile_revision(revision, "none").parts(make_person())
    whole = f"{mail.html}\n{mail.text}\n{mail.headers}"
    assert HOST not in whole and "/track/" not in whole and "<img" not in mail.html
    assert markup.hrefs(mail.html)[: len(urls)] == urls
    web = [url for url in dict.fromkeys(urls) if url.startswith("https:")]
    assert plain_text.links(mail.text)[: len(web)] == web
    # The same mail that is measured shows that it would be seen.
    counted = compiling.compile_revision(revision, "aggregate").parts(make_person())
    assert set(web).isdisjoint(markup.hrefs(counted.html))
    assert HOST in counted.html and HOST in counted.text


@pytest.mark.django_db(transaction=True)
def test_t2_a_campaign_that_measures_nothing_sends_nothing_to_measure_with(
    mailing, draft, sink, host
):
    draft.tracking = "none"
    draft.save(update_fields=["tracking"])
    letters = mailing(("granted", "granted"))
    for letter in letters.values():
        assert letter.links[:2] == [
            "https://shop.example/offer?a=1&b=2",
            "https://shop.example/more",
        ]
        assert "X-Tracking: opens=none; clicks=none;" in letter.headers
    assert len(sink.taken) == len(letters) == PEOPLE + 1
    for mail in sink.taken:
        assert HOST.encode() not in mail.text and b"/track/" not in mail.text


# T3

# What a person and their reader do, one after the other.
STEPS = ("agrees", "withdraws", "gets a mail", "opens all", "clicks all", "drained")


@pytest.mark.django_db
@few
@example(["gets a mail", "opens all", "clicks all", "drained", "withdraws"])
@example(["gets a mail", "opens all", "withdraws", "agrees", "gets a mail"])
@given(st.lists(st.sampled_from(STEPS), min_size=4, max_size=14))
def test_t3_no_mail_from_before_a_withdrawal_tells_of_its_reader(workspace, settings, steps):
    """Whatever the order, and whether a hit was in the spool or in the database already."""
    reader = world.make_contact(workspace, measuring="granted")
    campaign = make_campaign()
    settings.SPOOL_DIR = settings.SPOOL_DIR.with_name(f"spool-{campaign}")
    writer = spool.Writer(settings.SPOOL_DIR)
    mails: list[Token] = []
    told = 0
    for step in (*steps, "opens all", "clicks all", "drained"):
        match step:
            case "agrees":
                consent.grant(reader, EVIDENCE)
            case "withdraws":
                if consent.refuse(reader, EVIDENCE):
                    told = 0
            case "gets a mail":
                if reader.measuring == Consent.GRANTED:
                    ids_of_mail = (campaign, len(mails) + 1, reader.pk, reader.consent_epoch)
                    mails.append(Token(*ids_of_mail, Mode.INDIVIDUAL))
            case "drained":
                draining.drain(settings.SPOOL_DIR)
            case _:
                for mail in mails:
                    writer.append(hits.pack(make_hit(mail, int(step == "clicks all"))))
                told += sum(mail.epoch == reader.consent_epoch for mail in mails)
    writer.close()
    draining.drain(settings.SPOOL_DIR)
    assert Event.objects.filter(contact_id=reader.pk).count() == told
    kept = Engagement.objects.filter(contact_id=reader.pk)
    assert sum(row.opens_sure + row.clicks_sure for row in kept) == told
    if not told:
        assert not kept and not LinkClicker.objects.filter(campaign_id=campaign).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("drained_before", [True, False])
def test_t3_withdrawing_reaches_mails_that_are_out(mailing, settings, drained_before):
    """Also hits that are in the spool already when the person withdraws."""
    letters = mailing(("granted", "granted"))
    letter = letters["granted-granted"]
    letter.open(), letter.click()
    if drained_before:
        drain(settings)
        assert len(of_people()) == 2
    ann = Contact.objects.get(email="granted-granted@example.com")
    assert consent.refuse(ann, EVIDENCE)
    assert letter.open()["Status"] == "200 OK"
    assert letter.click()["Location"] == "https://shop.example/offer?a=1&b=2"
    drain(settings)
    assert of_people() == []
    assert not Engagement.objects.exists() and not LinkClicker.objects.exists()
    # Totals name nobody, and stay; nothing was added to them.
    assert PeopleCount.objects.count() == int(drained_before)


# T8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", ["strict", "consent", "opt_out"])
def test_t8_the_published_rules_fit_the_mails_with_a_pixel_and_no_others(
    mailing, draft, host, policy
):
    """As Ugly Email reads a mail, and as filter lists read an address."""
    draft.workspace.policy = policy
    draft.workspace.save(update_fields=["policy"])
    letters = mailing(*ANSWERS)
    rules = declaring.rules().splitlines()
    [expression] = [rule.partition("@@=")[2] for rule in rules if "@@=" in rule]
    [images] = [rule.removesuffix("$image") for rule in rules if rule.endswith("$image")]
    seen = set()
    for letter in letters.values():
        opens = re.search(r"X-Tracking: opens=(\w+)", letter.headers)
        assert opens
        seen.add(opens[1])
        has_pixel = opens[1] != "none"
        assert bool(re.search(expression, letter.text, re.IGNORECASE)) is has_pixel
        loaded = re.findall(r'<img\b[^>]*src="([^"]+)"', letter.text)
        assert [fits(images, url) for url in loaded] == [True] * has_pixel
        assert not any(fits(images, url) or re.search(expression, url) for url in letter.links)
    assert seen == {"none", "individual"} | ({"aggregate"} if policy == "consent" else set())


def fits(rule: str, url: str) -> bool:
    """Whether a filter list's rule of the form `||host/path` fits an address."""
    return url.partition("://")[2].startswith(rule.removeprefix("||"))

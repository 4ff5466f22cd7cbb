"""Ten thousand hostile snippets, in every way of writing: no error but ours, and no leak."""

import pytest

from campaigns.composing import footer
from campaigns.composing.blocks import document
from tests.composing import hostile, hostile_mails
from tests.composing.letters import HEADERS

SNIPPETS = hostile.snippets()
# Of `Reply-To` there is none here.
NAMES = tuple(name for name in HEADERS if name != "Reply-To")


def test_they_are_many_and_always_the_same():
    assert len(set(SNIPPETS)) == hostile.COUNT
    assert hostile.snippets() == SNIPPETS
    assert hostile.snippets(seed=1) != SNIPPETS


@pytest.mark.parametrize("way", hostile_mails.WAYS)
def test_nothing_of_the_server_is_in_a_mail(way):
    # Pasted HTML without a template is looked at below, as it is kept.
    found = SNIPPETS if way != "html" else [one for one in SNIPPETS if "{{" in one or "{%" in one]
    got_in = 0
    for mail in hostile_mails.every(found, way):
        got_in += len(mail.snippets)
        assert mail.leaked == [], mail.snippets
        assert mail.headers[: len(NAMES)] == NAMES, mail.snippets
        if way in hostile_mails.CLEANED:
            assert mail.swallowed == [], mail.snippets
    # They got into mails, rather than being refused: of templates and of MJML many are no text.
    least = {"values": hostile.COUNT, "mjml": 2_000, "html": 100}.get(way, 8_500)
    assert got_in >= least


def test_the_search_sees_a_leak_and_what_was_swallowed():
    (mail,) = hostile_mails.every(["root:x:0:0"], "markdown")
    assert mail.leaked == ["a file"]
    (mail,) = hostile_mails.every(["<!--"], "html")
    assert mail.swallowed == [0]


def test_what_was_read_once_stays_to_the_letter():
    for group in hostile_mails.batched(SNIPPETS, 50):
        once = document.dump(document.read(hostile_mails.in_blocks(*group)))
        assert document.dump(document.read(once)) == once


def test_pasted_html_is_kept_to_the_letter_but_for_what_is_ours():
    """The ends of a mail are ours, and what a template makes of its tags is not what was pasted."""
    first, last = _ours()
    pasted = [one for one in SNIPPETS if "{{" not in one and "{%" not in one]
    assert len(pasted) > hostile.COUNT / 2
    for mail in hostile_mails.every(pasted, "html"):
        assert mail.leaked == [], mail.snippets
        said = mail.snippets[0].replace("\r\n", "\n").replace("\r", "\n")
        # Where they are is another test's: a hostile `</body>` may stand before the end.
        kept = mail.html.replace(last, "", 1).replace(first, "", 1)
        assert kept == f"{hostile_mails.OPENING}{said}{hostile_mails.CLOSING}"


def _ours() -> tuple[str, str]:
    """Return what stands at the top of every mail, and what at its end."""
    first = footer.preheader("")
    empty = hostile_mails.of_html("")
    last = empty.removeprefix(f"{hostile_mails.OPENING}{first}").removesuffix(hostile_mails.CLOSING)
    assert "Unsubscribe" in last
    return first, last

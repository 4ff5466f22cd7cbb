"""Ten thousand hostile snippets, in every way of writing: no error but ours, and no leak."""

from campaigns.composing import footer
from campaigns.composing.blocks import document
from tests.composing import hostile, hostile_mails

SNIPPETS = hostile.snippets()
# Each takes a mail in five ways: of them all, that would be minutes.
IN_MAILS = SNIPPETS[:1_500]


def test_they_are_many_and_always_the_same():
    assert len(set(SNIPPETS)) == hostile.COUNT
    assert hostile.snippets() == SNIPPETS
    assert hostile.snippets(seed=1) != SNIPPETS


def test_nothing_of_the_server_is_in_a_mail():
    mails = list(hostile_mails.every(IN_MAILS))
    assert [(mail.way, mail.snippet, mail.leaked) for mail in mails if mail.leaked] == []
    # They got into mails, rather than being refused.
    assert sum(mail.way == "values" for mail in mails) == len(IN_MAILS)
    assert sum(mail.way == "blocks" for mail in mails) > len(IN_MAILS) / 2


def test_the_search_sees_a_leak():
    leaking = hostile_mails.Mail("", "html", "root:x:0:0")
    assert leaking.leaked == ["a file"]


def test_what_was_read_once_stays_to_the_letter():
    for snippet in SNIPPETS:
        once = document.dump(document.read(hostile_mails.in_blocks(snippet)))
        assert document.dump(document.read(once)) == once


def test_pasted_html_is_kept_to_the_letter_but_for_what_is_ours():
    empty = hostile_mails.of_html("")
    first = footer.preheader("")
    ours = empty.removeprefix(f"{hostile_mails.OPENING}{first}").removesuffix(hostile_mails.CLOSING)
    assert "Unsubscribe" in ours
    # What a template makes of its tags is not what was pasted.
    pasted = [one for one in SNIPPETS if "{{" not in one and "{%" not in one]
    assert len(pasted) > hostile.COUNT / 2
    changed = []
    for snippet in pasted:
        html = hostile_mails.of_html(snippet)
        kept = html.replace(ours, "", 1).replace(first, "", 1)
        said = snippet.replace("\r\n", "\n").replace("\r", "\n")
        if kept != f"{hostile_mails.OPENING}{said}{hostile_mails.CLOSING}":
            changed.append((snippet, html))
    assert changed == []

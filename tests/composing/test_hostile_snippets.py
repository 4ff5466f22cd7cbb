"""Ten thousand hostile snippets, in every way of writing: no error but ours, and no leak."""

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

"""Return addresses: frozen, for strangers not to make, and whatever case servers put them in."""

import pytest

from campaigns.sending.bounces import return_addresses
from campaigns.sending.mailers.api import ApiMailer
from campaigns.sending.smtp import Server, SmtpMailer
from tests.sending import stage
from tests.sending.bounces.conftest import make_mailbox

KEY = "a key for golden vectors, which never changes"
# Mails are out there with these: a change here loses their bounces.
GOLDEN = {
    1: "bounces+1-t4c5xxtzvgnwihf6@acme.example",
    48213: "bounces+48213-vzsy6psoi7q4j77t@acme.example",
    2**63 - 1: "bounces+9223372036854775807-lu7yju2wkak4trva@acme.example",
}


@pytest.mark.parametrize("number", GOLDEN)
def test_the_layout_is_frozen(settings, number):
    settings.SECRET_KEY = KEY
    made = return_addresses.maker("bounces@acme.example", "+")(number)
    assert made == GOLDEN[number]
    assert len(made.partition("@")[0]) <= 64
    assert list(return_addresses.found(made)) == [number]


@pytest.mark.parametrize(
    ("style", "pattern"),
    [("+", "b+7-{}@x.example"), ("-", "b-7-{}@x.example"), ("@", "7-{}@x.example")],
)
def test_each_style_leads_into_the_mailbox_and_back(style, pattern):
    made = return_addresses.maker("b@x.example", style)(7)
    assert made == pattern.format(made.partition("@")[0][-16:])
    for spelling in (made, made.upper(), f"Delivered-To: <{made.title()}>"):
        assert list(return_addresses.found(spelling)) == [7]


def test_the_longest_name_leaves_room_for_the_longest_token():
    name = "b" * return_addresses.LONGEST_NAME
    made = return_addresses.maker(f"{name}@x.example", "+")(10**19 - 1)
    assert len(made.partition("@")[0]) == 64


def test_a_token_of_another_delivery_or_key_is_not_ours(settings):
    made = return_addresses.maker("b@x.example", "+")(7)
    letters = made.partition("@")[0][-16:]
    for text in (
        f"b+8-{letters}@x.example",
        f"b+07-{letters}@x.example",
        f"b+7-{'a' * 16}@x.example",
        f"b+7-{letters[:-1]}@x.example",
        f"b+17-{letters}@x.example",
    ):
        assert list(return_addresses.found(text)) == []
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    assert list(return_addresses.found(made)) == []
    settings.SECRET_KEY_FALLBACKS = [old]
    assert list(return_addresses.found(made)) == [7]


def test_a_mail_full_of_tokens_costs_little():
    forged = " ".join(f"b+{n}-{'a' * 16}@x.example" for n in range(1, 1000))
    good = return_addresses.maker("b@x.example", "+")(7)
    assert list(return_addresses.found(f"{good} {forged}")) == [7]
    assert list(return_addresses.found(f"{forged} {good}")) == []


def test_only_mails_that_leave_by_smtp_from_a_sender_with_a_mailbox_have_one(workspace):
    sender = stage.make_smtp_sender(workspace, 25)
    by_mail, by_api = SmtpMailer(Server("localhost", 25)), ApiMailer("postmark", {})
    assert return_addresses.of_sender(sender, by_mail) is None
    make_mailbox(sender, 993)
    assert return_addresses.of_sender(sender, by_api) is None
    make = return_addresses.of_sender(sender, by_mail)
    assert make is not None
    assert make(7).startswith("bounces+7-")

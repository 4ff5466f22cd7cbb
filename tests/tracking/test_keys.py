"""The keys by which old mails go on working."""

import pytest

from tracking import addresses
from tracking.keys import KeyringError, keyring
from tracking.tokens import Kind, Signer, Token, TokenError

OLD, NEW, FIRST, SECOND = (name * 40 for name in "onfs")
TOKEN = Token(7)


def signed(pairs: list[str], secret_keys: list[str]) -> str:
    return Signer(keyring(pairs, secret_keys)).sign(Kind.OPEN, TOKEN)


def reads(pairs: list[str], secret_keys: list[str], text: str) -> bool:
    try:
        return Signer(keyring(pairs, secret_keys)).read(Kind.OPEN, text) == TOKEN
    except TokenError:
        return False


def test_the_key_made_from_the_secret_key_stays_the_same():
    # Mails that are out were signed with it.
    assert signed([], ["s" * 50]) == "YGFBv7Z-lWU6vZc1n7EH"


def test_another_secret_key_reads_nothing():
    assert not reads([], [NEW], signed([], [OLD]))


def test_a_changed_secret_key_still_reads_old_mails():
    assert reads([], [NEW, OLD], signed([], [OLD]))
    assert signed([], [NEW, OLD]) == signed([], [NEW])


def test_turning_token_keys_on_breaks_no_old_mail():
    assert reads([f"1:{FIRST}"], [OLD], signed([], [OLD]))


def test_the_first_of_the_pairs_signs_and_all_are_read():
    assert signed([f"2:{SECOND}", f"1:{FIRST}"], [OLD]) == signed([f"2:{SECOND}"], [NEW])
    assert reads([f"2:{SECOND}", f"1:{FIRST}"], [OLD], signed([f"1:{FIRST}"], [OLD]))
    assert not reads([f"2:{SECOND}"], [OLD], signed([f"1:{FIRST}"], [OLD]))


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("no pair at all, but long enough for a secret", "no id"),
        (f"256:{FIRST}", "no id"),
        (f"-1:{FIRST}", "no id"),
        (f"²:{FIRST}", "no id"),
        ("1:short", "less than 32"),
        ("1", "less than 32"),
    ],
)
def test_a_pair_that_is_none_is_named_by_its_place(pair, message):
    with pytest.raises(KeyringError, match=f"entry 2 .*{message}"):
        keyring([f"9:{FIRST}", pair], [OLD])


def test_addresses_are_absolute_and_those_that_blockers_look_for(settings):
    settings.TRACKING_URL = "https://t.example.org"
    assert addresses.open_url("abc") == "https://t.example.org/track/open/abc.gif"
    assert addresses.click_url("abc", 3) == "https://t.example.org/track/click/abc/3"

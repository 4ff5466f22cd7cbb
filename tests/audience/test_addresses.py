"""Addresses: what is one, and when two are the same."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, given
from hypothesis import strategies as st

from campaigns.audience import addresses

LOCAL = "abzABZ019.!#$%&'*+/=?^_`{|}~-"
DOMAIN = "abzABZ019.-x"


@pytest.mark.parametrize(
    ("given", "kept", "key"),
    [
        ("ann@example.com", "ann@example.com", "ann@example.com"),
        ("  Ann@Example.COM \n", "Ann@example.com", "ann@example.com"),
        ("o'hara+news@mail.example.co.uk", "o'hara+news@mail.example.co.uk", None),
        ("x@bücher.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ("x@BÜCHER.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        # A decomposed ü is the same letter.
        ("x@bu\u0308cher.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ("x@münchen.de", "x@xn--mnchen-3ya.de", "x@xn--mnchen-3ya.de"),
        ("x@例え.テスト.com", "x@xn--r8jz45g.xn--zckzah.com", "x@xn--r8jz45g.xn--zckzah.com"),
    ],
)
def test_good_addresses_are_kept_as_mail_is_sent_to_them(given, kept, key):
    assert addresses.check(given) == kept
    assert addresses.key(given) == (key or kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ann",
        "ann@",
        "@example.com",
        "ann@localhost",
        "ann@example.test",
        "ann@example..com",
        "ann..b@example.com",
        ".ann@example.com",
        "ann.@example.com",
        "ann@-example.com",
        "ann@example-.com",
        "ann@exa_mple.com",
        "ann@example.com, bob@example.com",
        "ann@example.com;bob@example.com",
        "Ann <ann@example.com>",
        "ann smith@example.com",
        '"ann"@example.com',
        "ann@[127.0.0.1]",
        "ann@127.0.0.1",
        "jörg@example.com",
        "ann\x00@example.com",
        "ann@exam\nple.com",
        "ann@example.com\r\nBcc: x@example.com",
        "a" * 65 + "@example.com",
        "a@" + "b" * 64 + ".com",
        "a@" + ".".join(["b" * 60] * 5) + ".com",
        "a" * 5000,
        "-\u2028@example.com",
        "\ud800@example.com",
    ],
)
def test_bad_addresses_are_refused_with_a_sentence(text):
    with pytest.raises(addresses.AddressError) as caught:
        addresses.check(text)
    assert len(str(caught.value)) > 10


@pytest.mark.parametrize("unseen", ["\u202e", "\u200b", "\ufeff"])
def test_a_character_that_nobody_sees_is_told_as_such(unseen):
    with pytest.raises(addresses.AddressError, match="cannot be seen"):
        addresses.check(f"an{unseen}n@example.com")


@given(
    st.text(LOCAL, min_size=1, max_size=70),
    st.text(DOMAIN, min_size=1, max_size=80),
    st.sampled_from([".com", ".de", ".museum", "", ".test", ".local", ".c", ".xn--p1ai"]),
)
def test_the_fast_path_takes_nothing_the_library_refuses(local, domain, top):
    text = f"{local}@{domain}{top}"
    assume(addresses.is_plain(text))
    found = validate_email(text, strict=True, allow_smtputf8=False, check_deliverability=False)
    assert addresses.check(text) == found.ascii_email


@given(st.emails())
def test_what_the_library_takes_is_taken_with_the_same_result(text):
    try:
        found = validate_email(text, strict=True, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError:
        with pytest.raises(addresses.AddressError):
            addresses.check(text)
        return
    assert addresses.check(text) == found.ascii_email


@given(st.text(max_size=60))
def test_keys_never_fail_and_settle_at_once(text):
    key = addresses.key(text)
    assert addresses.key(key) == key or "@" in text


@given(st.emails())
def test_an_address_and_what_is_kept_of_it_have_one_key(text):
    try:
        kept = addresses.check(text)
    except addresses.AddressError:
        return
    assert addresses.key(kept) == addresses.key(text) == addresses.key(text.upper())


def test_fingerprints_tell_addresses_and_workspaces_apart():
    ann = addresses.fingerprint(1, "ann@example.com")
    assert len(ann) == 16
    assert ann == addresses.fingerprint(1, "ann@example.com")
    assert ann != addresses.fingerprint(1, "bob@example.com")
    assert ann != addresses.fingerprint(2, "ann@example.com")


def test_fingerprints_hang_on_their_own_key(settings):
    settings.FINGERPRINT_KEY = "one"
    first = addresses.fingerprint(1, "ann@example.com")
    settings.SECRET_KEY = "rotated"
    assert addresses.fingerprint(1, "ann@example.com") == first
    settings.FINGERPRINT_KEY = "two"
    assert addresses.fingerprint(1, "ann@example.com") != first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("550 <Jane.Doe@x.example>: no", "550 <J•••@x•••.example>: no"),
        ("no mailbox ann@x.example.", "no mailbox a•••@x•••.example."),
        ("to ann@münchen.de, ben@[192.0.2.1]", "to a•••@m•••.de, ben@[192.0.2.1]"),
        ("b+ann=x.example@us.example", "b•••@u•••.example"),
        ("mailto:ann@x", "mailto:a•••@x•••"),
        ("5.7.1 see https://x.example/@us @ 12:00", "5.7.1 see https://x.example/@us @ 12:00"),
    ],
)
def test_words_of_servers_are_told_without_addresses(text, told):
    assert addresses.masked(text) == told


def test_masks_show_little():
    assert addresses.mask("jane.doe@example.co.uk") == "j•••@e•••.co.uk"


def test_international_domains_are_shown_in_their_own_letters():
    assert addresses.readable("x@xn--bcher-kva.example") == "x@bücher.example"
    assert addresses.readable("x@xn--zzzzzz-.example") == "x@xn--zzzzzz-.example"

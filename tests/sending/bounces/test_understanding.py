"""What servers write, read: a letter of each kind, and damaged ones that break nothing."""

import re
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.sending.bounces import return_addresses, understanding
from campaigns.sending.bounces.understanding import Kind
from campaigns.sending.severities import Severity, severity
from tests import endless
from tests.sending.bounces import post

UUID = "0123456789abcdef0123456789abcdef"
BOUNCES = {
    "postfix-unknown-user": ("failed", Severity.HARD),
    "postfix-delayed": ("delayed", Severity.SOFT),
    "postfix-expired": ("failed", Severity.SOFT),
    "postfix-no-such-domain": ("failed", Severity.HARD),
    "exim-dsn": ("failed", Severity.HARD),
    "exim-old": ("failed", Severity.HARD),
    "exchange-online-not-found": ("failed", Severity.HARD),
    "exchange-quota": ("failed", Severity.SOFT),
    "exchange-2010-too-large": ("failed", Severity.BLOCKED),
    "gmail-no-such-user": ("failed", Severity.HARD),
    "gmail-over-quota": ("failed", Severity.SOFT),
    "gmail-unauthenticated": ("failed", Severity.BLOCKED),
    "yahoo-no-account": ("failed", Severity.HARD),
    "yahoo-plain": ("failed", Severity.DISABLED),
    "yahoo-deferred-policy": ("failed", Severity.BLOCKED),
    "ses-bounce": ("failed", Severity.HARD),
    "qmail": ("failed", Severity.HARD),
    "qmail-remote": ("failed", Severity.SOFT),
    "sendmail": ("failed", Severity.HARD),
    "internationalised-dsn": ("failed", Severity.HARD),
    "disabled": ("failed", Severity.DISABLED),
    "microsoft-blocked": ("failed", Severity.BLOCKED),
}
OTHERS = {
    "forwarded-away": Kind.BOUNCE,
    "delivered": Kind.BOUNCE,
    "arf-abuse": Kind.COMPLAINT,
    "arf-not-spam": Kind.AUTOMATIC,
    "out-of-office": Kind.AUTOMATIC,
    "spam": Kind.LETTER,
}


def understood(name: str) -> understanding.Report:
    back_to = post.return_address(48213)
    return understanding.understand(post.letter(name, uuid=UUID, back_to=back_to))


def test_every_letter_is_read():
    assert set(post.NAMES) == BOUNCES.keys() | OTHERS.keys()
    assert len(post.NAMES) > 20


@pytest.mark.parametrize("name", BOUNCES)
def test_a_bounce_says_whom_and_how_hard(name):
    report = understood(name)
    failure = report.failures[0]
    assert report.kind is Kind.BOUNCE
    assert "pat@example.com" in failure.recipients
    assert (failure.action, severity(failure.status, failure.words)) == BOUNCES[name]


@pytest.mark.parametrize("name", [*BOUNCES, *OTHERS])
def test_our_mail_is_known_by_return_address_and_by_name(name):
    report = understood(name)
    assert list(return_addresses.found(report.addressed))[:1] == ([] if name == "spam" else [48213])
    nameless = {"spam", "out-of-office"}
    assert report.uuids == (() if name in nameless else (UUID,))


@pytest.mark.parametrize("name", OTHERS)
def test_other_mails_are_told_apart(name):
    assert understood(name).kind is OTHERS[name]


def test_a_complaint_names_the_recipient():
    assert understood("arf-abuse").recipients == ("pat@example.com", "pat@example.com")


@pytest.mark.parametrize(
    ("status", "words", "found"),
    [
        ("5.1.1", "550 5.7.1 blocked", Severity.BLOCKED),
        ("5.1.1", "550 5.2.2 over quota", Severity.SOFT),
        ("5.0.0", "550 5.1.1 unknown", Severity.HARD),
        ("5.0.0", "550 user unknown", Severity.HARD),
        ("5.0.0", "user unknown", Severity.SOFT),
        ("5.5.0", "550 5.5.0 mailbox unavailable", Severity.SOFT),
        ("4.4.7", "550 5.1.1 user unknown", Severity.SOFT),
        ("4.7.0", "try later", Severity.BLOCKED),
        ("", "see 192.5.1.1 and 5.1.1.9", Severity.SOFT),
        ("", "", Severity.SOFT),
        ("5.1.10", "", Severity.HARD),
        ("5.1.100", "", Severity.SOFT),
        ("nonsense", "", Severity.SOFT),
        ("5.", "", Severity.SOFT),
        ("5..1", "", Severity.SOFT),
    ],
)
def test_in_doubt_the_careful_reading_holds(status, words, found):
    assert severity(status, words) is found


MOST = understanding.MOST_BYTES
DAEMON = "From: mailer-daemon@mx.example\n"
NESTED = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(800))
# Of each, a stranger's server could send as much as is read of a mail.
ENDLESS = {
    "blank lines": f"{DAEMON}\n" + "\n" * MOST,
    "quoted blank lines": f"{DAEMON}\n" + ">\n" * (MOST // 2),
    "a long name": "From: " + "a" * MOST + "\n\nx",
    "a long recipient": f"{DAEMON}X-Failed-Recipients: {'a' * MOST}\n\nx",
    "a letter of commas": f"{DAEMON}\n" + "," * MOST,
    "many parts": f"{DAEMON}Content-Type: multipart/mixed; boundary=a\n\n" + "--a\n\n" * 190_000,
    "parts within parts": DAEMON + NESTED + "\nx\n" * 300_000,
    "mails within mails": DAEMON + "Content-Type: message/rfc822\n\n" * 30_000,
    "many recipients": f"{DAEMON}Content-Type: multipart/report; boundary=a\n\n--a\n"
    "Content-Type: message/delivery-status\n\n" + "Action: failed\n\n" * 60_000,
    "headers of our mail with parts in them": f"{DAEMON}Content-Type: multipart/report; boundary=r"
    "\n\n--r\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n"
    + b64encode((NESTED + "\nx\n" * 50_000).encode()).decode(),
    "a field of semicolons": f"{DAEMON}Content-Type: text/plain{';' * MOST}\n\nx",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_is_made_to_be_read_for_ever_is_not(name):
    with endless.it_ends():
        understanding.understand(ENDLESS[name].encode())


def test_the_first_parts_of_very_many_are_read():
    letter = post.letter("postfix-unknown-user", uuid=UUID)
    [boundary] = re.findall(rb'boundary="?([^"\s;]+)', letter)
    end = b"--" + boundary + b"--"
    many = letter.replace(end, b"--%b\r\n\r\nx\r\n" % boundary * 5_000 + end)
    assert len(many) > len(letter) + 50_000
    report = understanding.understand(many)
    assert report.kind is Kind.BOUNCE
    assert UUID in report.uuids


LETTERS = [post.letter(name) for name in post.NAMES]


@settings(max_examples=150)
@given(st.sampled_from(LETTERS), st.data())
def test_a_damaged_letter_never_raises(letter, data):
    damaged = bytearray(letter)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        length = data.draw(st.integers(0, 200))
        damaged[at : at + length] = data.draw(st.binary(max_size=40))
        if not damaged:
            break
    report = understanding.understand(bytes(damaged))
    for failure in report.failures:
        severity(failure.status, failure.words)


@settings(max_examples=100)
@given(st.binary(max_size=2000))
def test_what_is_no_mail_never_raises(content):
    understanding.understand(content)


@settings(max_examples=200)
@given(st.text(max_size=40), st.text(max_size=200))
def test_every_status_means_something(status, words):
    assert severity(status, words) in Severity

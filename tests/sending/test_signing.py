"""DKIM: whatever we sign, another implementation finds both signatures right."""

import re
from collections.abc import Callable
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.accounts import signing_keys
from campaigns.accounts.models import Provider
from campaigns.composing.models import Campaign
from campaigns.sending import launch, mailers, signing, transport
from campaigns.sending.outcomes import TransportError
from campaigns.sending.testing import mailing
from tests import world
from tests.sending import stage

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()
SIGN = signing.Signer("acme.example", [signing.Key("sel-r", RSA), signing.Key("sel-e", ED25519)])
RECORDS = {
    "sel-r._domainkey.acme.example.": f"v=DKIM1; k=rsa; p={signing_keys._public(RSA)}",
    "sel-e._domainkey.acme.example.": f"v=DKIM1; k=ed25519; p={signing_keys._public(ED25519)}",
}
HEAD = (
    b'From: "Acme News" <news@acme.example>\r\n'
    b"To: ada@example.com\r\n"
    b"Subject: =?utf-8?b?SGVsbG8=?=\r\n =?utf-8?b?SGVsbG8=?=\r\n"
    b"Reply-To: hi@acme.example\r\n"
    b"Date: Sun, 01 Mar 2026 10:00:00 +0000\r\n"
    b"Message-ID: <1@acme.example>\r\n"
    b"List-Id: <1.acme.example>\r\n"
    b"List-Unsubscribe: <https://acme.example/u/1>,\r\n\t<mailto:out@acme.example>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative;\r\n boundary="=_alternative"\r\n\r\n'
)


def verdicts(mail: bytes, records: dict[str, str] = RECORDS) -> list[bool]:
    """What dkimpy says of each signature in the mail."""

    def texts(name: bytes, timeout: int = 5) -> bytes:
        return records.get(name.decode(), "").encode()

    found = dkim.DKIM(mail, minkey=1024)
    count = len(re.findall(rb"^DKIM-Signature:", mail, re.MULTILINE))
    return [_is_right(found, number, texts) for number in range(count)]


def _is_right(found: Any, number: int, texts: Callable[..., bytes]) -> bool:
    try:
        return bool(found.verify(number, dnsfunc=texts))
    except dkim.DKIMException:
        return False


def test_both_signatures_are_right_and_rsa_comes_first():
    mail = SIGN(HEAD + b"Hello\r\n")
    assert verdicts(mail) == [True, True]
    first, second = re.findall(rb"a=([a-z0-9-]+);", mail)
    assert (first, second) == (b"rsa-sha256", b"ed25519-sha256")
    assert mail.endswith(HEAD + b"Hello\r\n")


def test_what_matters_to_a_reader_is_signed():
    mail = SIGN(HEAD + b"Hello\r\n")
    [found] = set(re.findall(rb"h=(.*?);\r\n bh", mail, re.DOTALL))
    named = re.sub(rb"\s", b"", found).split(b":")
    for name in (
        *("from", "to", "subject", "date", "message-id", "mime-version", "content-type"),
        *("reply-to", "list-unsubscribe", "list-unsubscribe-post"),
    ):
        assert name.encode() in named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Hello", b"Hallo"),
        (b"hi@acme", b"ho@acme"),
        (b"/u/1", b"/u/2"),
        (b"One-Click", b"Two-Click"),
        (b"To: ada", b"To: eve"),
        (b"From: ", b"From: eve@example.net\r\nFrom: "),
        (b"Reply-To: ", b"Reply-To: eve@example.net\r\nReply-To: "),
        (b"Subject: ", b"Subject: Win\r\nSubject: "),
        (b"boundary", b"boundary2"),
    ],
)
def test_a_change_on_the_way_breaks_them(before, after):
    mail = SIGN(HEAD + b"Hello\r\n")
    place = mail.index(HEAD)
    changed = mail[:place] + mail[place:].replace(before, after, 1)
    assert changed != mail
    assert verdicts(changed) == [False, False]


def test_a_mail_without_a_reply_to_may_not_be_given_one():
    mail = SIGN(HEAD.replace(b"Reply-To: hi@acme.example\r\n", b"") + b"Hello\r\n")
    assert verdicts(mail) == [True, True]
    assert verdicts(mail.replace(b"Date: ", b"Reply-To: eve@x.example\r\nDate: ")) == [False] * 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Hello there", b"Hello \t  there"),
        (b"there\r\n", b"there   \r\n"),
        (b"\r\n\r\n--", b"\r\n\r\n--"),
        (b"Subject: =?", b"Subject:    =?"),
        (b"Date: ", b"DATE:  "),
    ],
)
def test_white_space_that_a_relay_touches_breaks_nothing(before, after):
    mail = SIGN(HEAD + b"Hello there\r\n\r\n--\r\n")
    assert verdicts(mail.replace(before, after)) == [True, True]


LINES = st.lists(st.text(alphabet=" \tabc=\u00e9.-", max_size=12).map(str.encode), max_size=12)
SPACES = st.text(alphabet=" \t", min_size=1, max_size=3).map(str.encode)


@given(lines=LINES, tail=st.sampled_from([b"\r\n", b"\r\n\r\n", b" \r\n\t\r\n"]))
@settings(max_examples=150)
def test_any_body_is_signed_as_others_read_it(lines, tail):
    assert verdicts(SIGN(HEAD + b"\r\n".join(lines) + tail)) == [True, True]


@given(subject=st.lists(st.text(alphabet="abcXYZ09:;,<>=?", min_size=1), min_size=1), gap=SPACES)
@settings(max_examples=100)
def test_any_header_is_signed_as_others_read_it(subject, gap):
    value = (b"\r\n" + gap).join(word.encode() for word in subject)
    head = HEAD.replace(b"=?utf-8?b?SGVsbG8=?=\r\n =?utf-8?b?SGVsbG8=?=", value + gap)
    assert verdicts(SIGN(head + b"Hello\r\n")) == [True, True]


def sign_for(sender, **change):
    signing_keys.make(sender.workspace, sender.domain)
    sender.workspace.signing_keys.update(**(change or {"insisted_at": sender.created_at}))


def records_of(workspace):
    return {f"{key.record_name}.": key.record_text for key in workspace.signing_keys.all()}


@pytest.mark.django_db(transaction=True)
def test_what_a_server_gets_of_a_campaign_and_of_a_test_is_signed(workspace, draft, sink):
    sign_for(draft.sender)
    world.make_contact(workspace, on=draft.lists.get(), email="ada@example.com")
    mailing.send(draft, ["alice@acme.example"], None)
    launch.launch(draft)
    launch.prepare(draft.pk)
    while transport.work(draft.pk, seconds=10):
        pass
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SENT
    assert len(sink.taken) == 2
    for mail in sink.taken:
        assert verdicts(mail.content, records_of(workspace)) == [True, True]


@pytest.mark.django_db
def test_nothing_is_signed_without_a_published_key_nor_for_an_api(workspace):
    sender = stage.make_smtp_sender(workspace, 25)
    assert mailers.mailer_for(sender).sign is None
    sign_for(sender, insisted_at=None)
    assert mailers.mailer_for(sender).sign is None
    workspace.signing_keys.update(insisted_at=sender.created_at)
    assert mailers.mailer_for(sender).sign is not None
    api = Provider(workspace=workspace, name="x", kind="mailgun")
    api.credentials = {"api_key": "x"}
    api.save()
    assert mailers.mailer_for(sender, api).sign is None
    other = world.make_sender(workspace, provider=sender.provider, email="x@other.example")
    assert mailers.mailer_for(other).sign is None


@pytest.mark.django_db
def test_keys_made_with_another_secret_say_so(workspace, settings):
    sender = stage.make_smtp_sender(workspace, 25)
    sign_for(sender)
    credentials = sender.provider.credentials
    settings.SECRET_KEY = "another" * 10
    sender.provider.credentials = credentials
    with pytest.raises(TransportError, match="SECRET_KEY"):
        mailers.mailer_for(sender)

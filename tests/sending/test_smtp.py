"""The SMTP client against a real server on loopback: who got it, who did not, who may have."""

import datetime
import ssl
import uuid
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from campaigns.sending.outcomes import Outgoing, Verdict
from campaigns.sending.smtp import Server, SmtpMailer, connection
from tests.sending.sink import Sink

BOTH = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "plain"])


def mail(address: str, body: bytes = b"hello\r\n") -> Outgoing:
    name = uuid.uuid4().hex
    content = b"Message-ID: <" + name.encode() + b"@acme.example>\r\n\r\n" + body
    return Outgoing(1, name, "news@acme.example", address, content)


def mailer_to(sink: Sink, **options) -> SmtpMailer:
    values = {"command_seconds": 30, "final_seconds": 5} | options
    return SmtpMailer(Server("127.0.0.1", sink.port, **values))


def hand_over(sink: Sink, *addresses: str, **options):
    mailer = mailer_to(sink, **options)
    done = mailer.hand_over([mail(address) for address in addresses])
    mailer.close()
    return done


def verdicts(done) -> list[Verdict]:
    return [outcome.verdict for outcome in done.outcomes]


@BOTH
def test_hands_over_a_window_on_one_connection(pipelining):
    addresses = [f"person{n}@example.com" for n in range(20)]
    with Sink(pipelining=pipelining) as sink:
        done = hand_over(sink, *addresses)
        assert verdicts(done) == [Verdict.SENT] * 20
        assert done.clean
        assert sink.recipients() == addresses
        assert sink.connections == 1


@BOTH
def test_content_arrives_byte_for_byte(pipelining):
    body = b".a line with a dot\r\n..two\r\n" + b"x" * 200_000 + b"\r\n.\r\nend\r\n"
    stuffed = body.replace(b"\r\n.", b"\r\n..").replace(b".a line", b"..a line")
    with Sink(pipelining=pipelining) as sink:
        mailer = mailer_to(sink)
        outgoing = mail("a@example.com", stuffed)
        mailer.hand_over([outgoing, mail("b@example.com")])
        assert isinstance(outgoing.mail, bytes)
        header = outgoing.mail[: outgoing.mail.index(b"\r\n\r\n") + 4]
        assert sink.taken[0].content == header + body
        assert sink.taken[1].content.endswith(b"hello\r\n")


@BOTH
@pytest.mark.parametrize(
    ("fault", "verdict", "code", "enhanced"),
    [
        ("rcpt-450", Verdict.DEFERRED, 450, "4.2.1"),
        ("rcpt-550", Verdict.REFUSED, 550, "5.1.1"),
        ("data-451", Verdict.DEFERRED, 451, "4.3.0"),
        ("data-554", Verdict.REFUSED, 554, "5.7.1"),
    ],
)
def test_a_refusal_concerns_one_mail_of_a_window(pipelining, fault, verdict, code, enhanced):
    with Sink(pipelining=pipelining) as sink:
        done = hand_over(sink, "a@example.com", f"{fault}@example.com", "b@example.com")
        assert verdicts(done) == [Verdict.SENT, verdict, Verdict.SENT]
        refused = done.outcomes[1]
        assert (refused.code, refused.enhanced_code) == (code, enhanced)
        assert refused.text
        assert done.clean
        assert sink.recipients() == ["a@example.com", "b@example.com"]


@BOTH
@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        # The end of the mail never left us: it cannot have been taken.
        ("cut-before", Verdict.DEFERRED),
        # It did leave us, and no answer came: nobody can know.
        ("cut-after", Verdict.UNKNOWN),
        ("no-after", Verdict.UNKNOWN),
        ("stall-after", Verdict.UNKNOWN),
    ],
)
def test_a_lost_connection_is_judged_by_what_had_left(pipelining, fault, verdict):
    # Larger than the socket's buffers, so that a server that hangs up leaves some unsent.
    large = b"x" * 78 + b"\r\n"
    with Sink(pipelining=pipelining) as sink:
        mailer = mailer_to(sink)
        mails = [
            mail("a@example.com"),
            mail(f"{fault}@example.com", large * 200_000 if fault == "cut-before" else large),
            mail("b@example.com"),
        ]
        done = mailer.hand_over(mails)
        assert verdicts(done) == [Verdict.SENT, verdict, Verdict.UNTRIED]
        assert not done.clean
        assert "b@example.com" not in sink.recipients()
        assert verdicts(mailer.hand_over(mails[2:])) == [Verdict.SENT]


def test_a_connection_cut_at_the_envelope_leaves_nothing_in_doubt():
    with Sink(pipelining=False) as sink:
        done = hand_over(sink, "a@example.com", "cut-envelope@example.com", "b@example.com")
        assert verdicts(done) == [Verdict.SENT, Verdict.DEFERRED, Verdict.UNTRIED]


def test_a_server_that_only_says_it_can_pipeline_is_spoken_to_step_by_step():
    with Sink(lies=True) as sink:
        mailer = mailer_to(sink, command_seconds=3)
        first = mailer.hand_over([mail("a@example.com")])
        assert verdicts(first) == [Verdict.UNTRIED]
        second = mailer.hand_over([mail("a@example.com"), mail("b@example.com")])
        assert verdicts(second) == [Verdict.SENT, Verdict.SENT]
        assert sink.recipients() == ["a@example.com", "b@example.com"]


@BOTH
def test_a_server_may_end_a_connection_after_some_mails(pipelining):
    addresses = [f"person{n}@example.com" for n in range(10)]
    with Sink(pipelining=pipelining, mails_per_connection=4) as sink:
        mailer, left = mailer_to(sink), list(addresses)
        while left:
            done = mailer.hand_over([mail(address) for address in left])
            assert done.trouble is None
            count = verdicts(done).count(Verdict.SENT)
            assert count
            left = left[count:]
        assert sink.recipients() == addresses
        assert sink.connections == 3


@pytest.mark.parametrize(
    ("options", "lasting"),
    [
        ({"greeting": "421 4.3.2 busy"}, False),
        ({"greeting": "554 5.7.1 go away"}, True),
        ({"sender_reply": "451 4.3.0 try later"}, False),
        ({"sender_reply": "553 5.7.1 not your address"}, True),
        ({"login": ("someone", "else")}, True),
    ],
)
def test_trouble_with_the_server_tries_no_mail_and_tells_its_words(options, lasting):
    with Sink(**options) as sink:
        known = {"username": "me", "password": "x"} if sink.login else {}
        done = hand_over(sink, "a@example.com", "b@example.com", **known)
        assert verdicts(done) == [Verdict.UNTRIED] * 2
        assert done.trouble is not None
        assert done.trouble.lasting is lasting
        assert done.trouble.reason
        assert sink.taken == []


def test_a_refused_connection_is_trouble_that_may_pass():
    with Sink() as sink:
        pass
    done = hand_over(sink, "a@example.com")
    assert done.trouble is not None
    assert not done.trouble.lasting


def test_signs_in():
    with Sink(login=("me", "secret")) as sink:
        done = hand_over(sink, "a@example.com", username="me", password="secret")
        assert verdicts(done) == [Verdict.SENT]


@pytest.mark.parametrize(("user", "password"), [("me", "pässword"), ("mé", "password")])
def test_a_sign_in_that_cannot_be_written_is_trouble_and_no_mail_is_in_doubt(user, password):
    with Sink(login=("me", "password")) as sink:
        done = hand_over(sink, "a@example.com", username=user, password=password)
        assert verdicts(done) == [Verdict.UNTRIED]
        assert done.trouble is not None
        assert done.trouble.lasting
        assert "user name" in done.trouble.reason
        # It is shown and logged.
        assert done.trouble.reason.isascii()


@pytest.mark.parametrize(
    "address",
    ["a b@example.com", "a@example.com>\r\nRCPT TO:<x@example.com", "", "<a@example.com>"],
)
def test_what_is_no_address_never_reaches_the_server(address):
    with Sink() as sink:
        done = hand_over(sink, "a@example.com", address, "b@example.com")
        assert verdicts(done) == [Verdict.SENT, Verdict.REFUSED, Verdict.SENT]
        assert sink.recipients() == ["a@example.com", "b@example.com"]


def test_an_international_address_needs_a_server_that_takes_it():
    with Sink() as sink:
        assert verdicts(hand_over(sink, "käthe@example.com")) == [Verdict.REFUSED]
    with Sink(smtputf8=True) as sink:
        assert verdicts(hand_over(sink, "käthe@example.com")) == [Verdict.SENT]


def test_a_mail_over_the_servers_limit_is_refused_before_it_leaves():
    with Sink(size=1000) as sink:
        mailer = mailer_to(sink)
        done = mailer.hand_over([mail("a@example.com", b"x" * 2000), mail("b@example.com")])
        assert verdicts(done) == [Verdict.REFUSED, Verdict.SENT]
        assert done.outcomes[0].enhanced_code == "5.3.4"


def test_begins_no_mail_after_its_time_is_up():
    with Sink() as sink:
        done = mailer_to(sink).hand_over([mail("a@example.com")], until=0)
        assert verdicts(done) == [Verdict.UNTRIED]
        assert sink.taken == []


def test_encrypts_and_checks_the_name(tmp_path, monkeypatch):
    server_side, client_side = _certificate(tmp_path)
    monkeypatch.setattr(ssl, "create_default_context", lambda: client_side)
    with Sink(tls=server_side) as sink:
        values: dict[str, Any] = {"security": "starttls", "command_seconds": 30}
        good = SmtpMailer(Server("localhost", sink.port, **values))
        done = good.hand_over(
            [mail("a@example.com", b"x" * 100_000 + b"\r\n"), mail("b@example.com")]
        )
        assert verdicts(done) == [Verdict.SENT, Verdict.SENT]
        other = SmtpMailer(Server("127.0.0.1", sink.port, **values))
        refused = other.hand_over([mail("c@example.com")])
        assert refused.trouble is not None
        assert refused.trouble.lasting
        assert len(sink.taken) == 2


def _certificate(folder):
    """Make a certificate for localhost, and contexts for both sides."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(path)
    client_side = ssl.create_default_context(cafile=path)
    return server_side, client_side


@BOTH
def test_no_connection_takes_more_mails_than_it_should(pipelining, monkeypatch):
    monkeypatch.setattr(connection, "MAILS_PER_CONNECTION", 3)
    addresses = [f"person{n}@example.com" for n in range(8)]
    with Sink(pipelining=pipelining) as sink:
        done = hand_over(sink, *addresses)
        assert verdicts(done) == [Verdict.SENT] * 8
        assert sink.recipients() == addresses
        assert sink.connections == 3

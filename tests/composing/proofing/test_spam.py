"""What spam filters say, in their own protocols."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from campaigns.composing.proofing import spam
from campaigns.composing.proofing.finding import Weight

MAIL = b"Subject: Hello\r\n\r\nBuy now\r\n"
REPORT = b"""Spam detection software, running on the system "x".

Content analysis details:   (6.4 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
 2.5 MISSING_DATE           Missing Date: header
-0.0 NO_RELAYS              Informational: message was not relayed via SMTP
 3.9 URG_BIZ                Contains urgent matter
1000 GTUBE                  BODY: Generic Test for Unsolicited Bulk Email
"""


@pytest.fixture
def spamd(settings):
    """A daemon that speaks SpamAssassin's protocol: it gives REPORT, once per connection."""
    got: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            with client:
                data = b""
                while more := client.recv(65536):
                    data += more
                got.append(data)
                head = b"SPAMD/1.1 0 EX_OK\r\nContent-length: %d\r\n" % len(REPORT)
                client.sendall(head + b"Spam: True ; 6.4 / 5.0\r\n\r\n" + REPORT)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.SPAM_FILTER = f"spamd://127.0.0.1:{listener.getsockname()[1]}"
    yield got
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.fixture
def rspamd(settings):
    """A web server that answers as Rspamd does, with what is put into `answer`."""
    answer = {
        "score": 4.0,
        "required_score": 15.0,
        "action": "no action",
        "symbols": {
            "MIME_GOOD": {"name": "MIME_GOOD", "score": -0.1, "description": "Known type"},
            "R_DKIM_NA": {"name": "R_DKIM_NA", "score": 0.5, "description": "Missing DKIM"},
        },
    }
    got: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            data = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format, *args):
            """Say nothing: the output belongs to the tests."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SPAM_FILTER = f"http://127.0.0.1:{server.server_address[1]}"
    yield answer, got
    server.shutdown()
    server.server_close()
    thread.join()


def test_without_a_filter_nothing_is_said():
    assert list(spam.findings(MAIL)) == []


def test_spamassassin_is_asked_with_the_whole_mail(spamd):
    (finding,) = spam.findings(MAIL)
    assert spamd == [b"REPORT SPAMC/1.5\r\nContent-length: %d\r\n\r\n" % len(MAIL) + MAIL]
    assert finding.weight == Weight.SHOULD
    assert "6.4 points, and 5.0 are too many" in finding.message
    assert finding.details == (
        "+1000.0 GTUBE: BODY: Generic Test for Unsolicited Bulk Email",
        "+3.9 URG_BIZ: Contains urgent matter",
        "+2.5 MISSING_DATE: Missing Date: header",
    )


def test_rspamd_is_asked_with_the_whole_mail(rspamd):
    answer, got = rspamd
    assert list(spam.findings(MAIL)) == []
    assert got == [("/checkv2", MAIL)]
    answer["score"] = 8.0
    (finding,) = spam.findings(MAIL)
    assert (finding.weight, finding.details) == (Weight.MAY, ("+0.5 R_DKIM_NA: Missing DKIM",))
    answer["score"] = 15.0
    (finding,) = spam.findings(MAIL)
    assert finding.weight == Weight.SHOULD


@pytest.mark.parametrize("scheme", ["http", "spamd"])
def test_a_filter_that_is_down_is_said_and_stops_nothing(settings, scheme):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.SPAM_FILTER = f"{scheme}://127.0.0.1:{port}"
    (finding,) = spam.findings(MAIL)
    assert (finding.weight, "does not answer" in finding.message) == (Weight.MAY, True)


def test_an_answer_in_other_words_is_said_too(rspamd):
    rspamd[0].clear()
    (finding,) = spam.findings(MAIL)
    assert "does not answer" in finding.message

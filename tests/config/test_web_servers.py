"""The web server snippets of the handbook: each server reads them, and keeps nothing of readers."""

import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config.env import BASE_DIR

HANDBOOK = (BASE_DIR / "docs" / "operate.md").read_text()
READERS = ["/track/open/secret.gif", "/track/click/secret/1", "/u/secret/", "/p/secret/"]
MARKETERS = "/campaigns/"


def snippet(language: str) -> str:
    return str(re.findall(rf"```{language}\n(.*?)```", HANDBOOK, re.DOTALL)[0])


def program(*names: str) -> str:
    for name in names:
        if found := shutil.which(name) or shutil.which(f"/usr/sbin/{name}"):
            return found
    pytest.skip(f"{names[0]} is not installed")


@pytest.fixture
def behind() -> Iterator[int]:
    """Something that answers in Candid's place."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ask_all(port: int, log: Path) -> str:
    """Ask for every address, and return the log once the last one is in it."""
    deadline = time.monotonic() + 20
    while True:
        try:
            for path in [*READERS, MARKETERS]:
                request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
                request.add_header("Host", "news.example.org")
                urllib.request.urlopen(request, timeout=5).close()
            break
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
    while not (log.exists() and MARKETERS in log.read_text()):
        assert time.monotonic() < deadline, "nothing is in the log"
        time.sleep(0.1)
    return log.read_text()


def run(command: list[str], port: int, log: Path) -> str:
    """Ask a server for every address; what it says itself goes into the log too."""
    with log.open("a") as said:
        process = subprocess.Popen(command, stderr=said)
    try:
        return ask_all(port, log)
    finally:
        process.terminate()
        process.wait(60)


def test_nginx_reads_it_and_keeps_no_readers(behind, tmp_path):
    nginx = program("nginx")
    port, log = free_port(), tmp_path / "access.log"
    site = snippet("nginx").replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    site = site.replace(":8000", f":{behind}")
    places = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log {log}; {places}\n{site} }}"
    )
    config = ["-p", str(tmp_path), "-e", str(tmp_path / "first.log"), "-c", "nginx.conf"]
    subprocess.run([nginx, *config, "-t"], check=True, capture_output=True)
    assert "secret" not in run([nginx, *config], port, log)
    assert "secret" not in (tmp_path / "error.log").read_text()


def test_caddy_reads_it_and_keeps_no_readers(behind, tmp_path, monkeypatch):
    caddy = program("caddy")
    monkeypatch.setenv("HOME", str(tmp_path))
    port, log = free_port(), tmp_path / "access.log"
    site = snippet("caddy").replace(
        "news.example.org, t.example.org", f"http://news.example.org:{port}"
    )
    site = site.replace(":8000", f":{behind}")
    file = tmp_path / "Caddyfile"
    file.write_text(f"{{\n    admin off\n}}\n{site}")
    command = [caddy, "run", "--adapter", "caddyfile", "--config", str(file)]
    assert "secret" not in run(command, port, log)


def test_apache_reads_it_and_keeps_no_readers(behind, tmp_path):
    apache = program("apache2", "httpd")
    modules = next(
        (
            place
            for above in Path(apache).parents
            if (place := above / "lib/apache2/modules").exists()
        ),
        Path("/usr/lib/apache2/modules"),
    )
    port, log = free_port(), tmp_path / "access.log"
    site = snippet("apache").replace("*:443", f"127.0.0.1:{port}").replace(":8000", f":{behind}")
    site = site.replace("    SSLEngine on\n", "").replace("${APACHE_LOG_DIR}", str(tmp_path))
    names = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "setenvif"]
    loads = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in names)
    (tmp_path / "apache.conf").write_text(
        f"ServerRoot {tmp_path}\n{loads}\nListen 127.0.0.1:{port}\nServerName test\n"
        f"PidFile {tmp_path}/pid\nErrorLog {tmp_path}/error.log\nDefaultRuntimeDir {tmp_path}\n"
        'LogFormat "%h %r %>s" combined\n'
        f"{site}"
    )
    command = [apache, "-f", str(tmp_path / "apache.conf"), "-DFOREGROUND"]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    assert "secret" not in run(command, port, log)
    assert "secret" not in (tmp_path / "error.log").read_text()

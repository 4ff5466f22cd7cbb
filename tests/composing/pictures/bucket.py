"""A bucket on loopback: the calls of S3 that keeping pictures needs, over real HTTP."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


@dataclass
class Bucket:
    """What is in it: bytes and headers by name."""

    address: str = ""
    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)


@contextlib.contextmanager
def running() -> Iterator[Bucket]:
    bucket = Bucket()

    class Handler(_Handler):
        objects = bucket.objects

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bucket.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects: dict[str, tuple[bytes, dict[str, str]]]

    def do_PUT(self) -> None:
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
        names = ("Content-Type", "Cache-Control")
        kept = {name: self.headers[name] for name in names if self.headers[name]}
        self.objects[self._name()] = (self._body(), kept)
        self._answer(200, headers={"ETag": '"x"'})

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query or "prefix" in query:
            self._list(query.get("prefix", [""])[0], query.get("delimiter", [""])[0])
        elif self._name() in self.objects:
            data, headers = self.objects[self._name()]
            self._answer(200, data, headers={**headers, "ETag": '"x"', "Last-Modified": _NOW()})
        else:
            self._answer(404)

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        self.objects.pop(self._name(), None)
        self._answer(204)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the output belongs to the tests."""

    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/ours/")

    def _body(self) -> bytes:
        if self.headers.get("Content-Length") and "aws-chunked" not in (
            self.headers.get("Content-Encoding") or ""
        ):
            return self.rfile.read(int(self.headers["Content-Length"]))
        return self._unchunked(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _unchunked(self, raw: bytes) -> bytes:
        """Take Amazon's own chunks apart: a size, the bytes, and a checksum after the last."""
        if not raw:
            raw = b"".join(iter(self._http_chunk, b""))
        out = b""
        while raw:
            head, _line, raw = raw.partition(b"\r\n")
            size = int(head.partition(b";")[0], 16)
            if not size:
                break
            out, raw = out + raw[:size], raw[size + 2 :]
        return out

    def _http_chunk(self) -> bytes:
        data = self.rfile.read(int(self.rfile.readline(), 16))
        self.rfile.readline()
        return data

    def _list(self, prefix: str, delimiter: str) -> None:
        names = [name for name in self.objects if name.startswith(prefix)]
        below = {name[len(prefix) :] for name in names}
        files = sorted(name for name in below if not delimiter or delimiter not in name)
        folders = sorted({name.partition("/")[0] for name in below - set(files)})
        rows = "".join(
            f"<Contents><Key>{escape(prefix + name)}</Key><Size>1</Size></Contents>"
            for name in files
        ) + "".join(
            f"<CommonPrefixes><Prefix>{escape(prefix + name)}/</Prefix></CommonPrefixes>"
            for name in folders
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        self._answer(200, text.encode(), headers={"Content-Type": "application/xml"})

    def _answer(self, status: int, data: bytes = b"", *, headers: dict[str, str] | None = None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _NOW() -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())

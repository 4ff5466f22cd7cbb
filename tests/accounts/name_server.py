"""A name server on loopback, which knows the text records it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


@contextmanager
def running(records: dict[str, list[str]]) -> Iterator[dns.resolver.Resolver]:
    """Serve `records`, and return a resolver that asks there. `None` is never answered."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(sock, records), daemon=True)
    thread.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], sock.getsockname()[1]
    try:
        yield resolver
    finally:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"stop", sock.getsockname())
        thread.join()
        sock.close()


def _serve(sock: socket.socket, records: dict[str, list[str]]) -> None:
    while True:
        data, client = sock.recvfrom(4096)
        if data == b"stop":
            return
        question = dns.message.from_wire(data)
        name = question.question[0].name
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        texts = records.get(name.to_text(omit_final_dot=True))
        if texts is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        for text in texts or []:
            parts = [text[at : at + 255] for at in range(0, len(text), 255)]
            quoted = " ".join(f'"{part}"' for part in parts)
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", quoted))
        sock.sendto(answer.to_wire(), client)

"""IMAP and POP3 servers on loopback that speak as much of the protocols as a reader needs.

Each holds mails of one account, says no to wrong passwords, and can be told to misbehave.
"""

import contextlib
import re
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

USER, PASSWORD = "bounces", "sesame"


@dataclass
class Account:
    """The mails of the account by number, and what the server was asked."""

    mails: dict[int, bytes] = field(default_factory=dict)
    last: int = 0
    flagged: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    validity: int = 7
    # Called before a mail is deleted.
    before_deletion: Callable[[], None] = lambda: None
    # Hangs up before this command is answered.
    dies_at: str = ""
    tls: ssl.SSLContext | None = None
    port: int = 0

    def put(self, *contents: bytes) -> None:
        for content in contents:
            self.last += 1
            self.mails[self.last] = content

    def delete(self, number: int) -> None:
        self.before_deletion()
        self.mails.pop(number, None)


class _Handler(socketserver.StreamRequestHandler):
    account: Account

    def setup(self) -> None:
        if self.account.tls is not None:
            self.request = self.account.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self.account.connections += 1
        with contextlib.suppress(OSError, EOFError):
            self.converse()

    def converse(self) -> None:
        raise NotImplementedError

    def line(self) -> str:
        line = self.rfile.readline().decode().strip()
        if not line:
            raise EOFError
        self.account.commands.append(line)
        if self.account.dies_at and self.account.dies_at in line:
            raise EOFError
        return line

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Imap(_Handler):
    def converse(self) -> None:
        account = self.account
        self.say("* OK [CAPABILITY IMAP4rev1 UIDPLUS] stub ready")
        while True:
            tag, command, rest = [*self.line().split(" ", 2), ""][:3]
            if command == "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1 UIDPLUS", f"{tag} OK done")
            elif command == "LOGIN":
                right = rest == f'{USER} "{PASSWORD}"'
                words = "OK welcome" if right else "NO [AUTHENTICATIONFAILED] Invalid credentials"
                self.say(f"{tag} {words}")
            elif command == "SELECT":
                self.say(
                    f"* {len(account.mails)} EXISTS",
                    f"* OK [UIDVALIDITY {account.validity}] valid",
                    f"{tag} OK [READ-WRITE] selected",
                )
            elif command == "UID":
                self.uid(tag, rest)
            elif command == "LOGOUT":
                self.say("* BYE", f"{tag} OK")
                return
            else:
                self.say(f"{tag} BAD what?")

    def uid(self, tag: str, rest: str) -> None:
        account = self.account
        if match := re.match(r"SEARCH UID (\d+):\* UNDELETED", rest):
            found = [n for n in sorted(account.mails) if n not in account.flagged]
            wanted = [n for n in found if n >= int(match[1])] or found[-1:]
            self.say(f"* SEARCH {' '.join(map(str, wanted))}".rstrip())
        elif match := re.match(r"FETCH (\d+) \(BODY.PEEK\[\]<0\.(\d+)>\)", rest):
            content = account.mails.get(int(match[1]))
            if content is not None:
                content = content[: int(match[2])]
                self.say(f"* 1 FETCH (UID {match[1]} BODY[]<0> {{{len(content)}}}")
                self.wfile.write(content + b")\r\n")
        elif match := re.match(r"STORE ([\d,]+) \+FLAGS.SILENT", rest):
            account.flagged |= set(map(int, match[1].split(",")))
        elif match := re.match(r"EXPUNGE ([\d,]+)", rest):
            for number in map(int, match[1].split(",")):
                if number in account.flagged:
                    account.delete(number)
        else:
            self.say(f"{tag} BAD what?")
            return
        self.say(f"{tag} OK done")


class _Pop3(_Handler):
    def converse(self) -> None:
        account = self.account
        self.say("+OK stub ready")
        numbers = dict(enumerate(sorted(account.mails), 1))
        doomed: list[int] = []
        user = ""
        while True:
            command, argument = [*self.line().split(" ", 1), ""][:2]
            if command == "USER":
                user = argument
                self.say("+OK")
            elif command == "PASS":
                right = (user, argument) == (USER, PASSWORD)
                self.say("+OK" if right else "-ERR [AUTH] Invalid credentials")
            elif command == "UIDL":
                self.say("+OK", *(f"{n} id-{uid}" for n, uid in numbers.items()), ".")
            elif command == "RETR":
                self.say("+OK")
                for line in account.mails[numbers[int(argument)]].split(b"\r\n"):
                    self.wfile.write((b"." if line.startswith(b".") else b"") + line + b"\r\n")
                self.say(".")
            elif command == "DELE":
                doomed.append(numbers[int(argument)])
                self.say("+OK")
            elif command == "QUIT":
                for number in doomed:
                    account.delete(number)
                self.say("+OK bye")
                return
            else:
                self.say("-ERR what?")


@contextlib.contextmanager
def serving(protocol: str, tls: ssl.SSLContext | None = None) -> Iterator[Account]:
    """Serve an empty account by `imap` or `pop3`."""
    account = Account(tls=tls)
    base = {"imap": _Imap, "pop3": _Pop3}[protocol]
    handler = type("Handler", (base,), {"account": account})

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is no news."""

    with Server(("127.0.0.1", 0), handler) as server:
        account.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield account
        finally:
            server.shutdown()

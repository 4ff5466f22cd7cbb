"""Whose network an address is in: Apple's relay, or a data centre. Pure but for reading files.

The ranges that ship are in `network_data/`, one file per network, each with who published
them and when they were collected. Networks change: `manage.py load_network` puts a newer list
into `var/networks/`, and a file there stands above the one of the same name that ships.
"""

from __future__ import annotations

import csv
import ipaddress
import socket
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent / "network_data"
SUFFIX = ".txt"

# What is known of a network, in one word that is kept with a hit. All that is no relay and
# no address of our own machines is a data centre's: programs live there, and few people.
RELAY, DATA_CENTRE, LOCAL, ELSEWHERE = "relay", "data_centre", "local", ""
_RELAYS = frozenset({"apple_relay"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Addresses that no stranger comes from: RFC 6890.
_OUR_OWN: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10"),
    )
)


class NetworksError(Exception):
    """A list of networks cannot be read; the message says where."""


@dataclass(frozen=True)
class Listed:
    """A list of ranges, and where it comes from."""

    name: str
    networks: tuple[Network, ...]
    about: tuple[str, ...]


class Networks:
    """Looks addresses up in lists of ranges."""

    def __init__(self, lists: Iterable[Listed]) -> None:
        found: list[tuple[str, Network]] = [(LOCAL, network) for network in _OUR_OWN]
        for listed in lists:
            word = RELAY if listed.name in _RELAYS else DATA_CENTRE
            found += [(word, network) for network in listed.networks]
        self._by_family = {
            family: _Ranges([(word, net) for word, net in found if net.version == version])
            for family, version in ((socket.AF_INET, 4), (socket.AF_INET6, 6))
        }

    def of(self, ip: str) -> str:
        """Return what is known of the network of an address."""
        # Not by `ipaddress`, which takes ten times as long: each hit is looked up.
        family = socket.AF_INET6 if ":" in ip else socket.AF_INET
        try:
            number = int.from_bytes(socket.inet_pton(family, ip), "big")
        except (OSError, ValueError):
            return ELSEWHERE
        return self._by_family[family].of(number)


class _Ranges:
    """Where ranges begin, in order, where each ends, and what it is; none overlap."""

    def __init__(self, found: list[tuple[str, Network]]) -> None:
        apart: list[tuple[int, int, str]] = []
        taken: list[tuple[int, int]] = []
        # A relay's part of a data centre is a relay's.
        for word in (LOCAL, RELAY, DATA_CENTRE):
            mine = _joined((int(net[0]), int(net[-1])) for name, net in found if name == word)
            apart += [(first, last, word) for first, last in _without(mine, taken)]
            taken = _joined([*taken, *mine])
        apart.sort()
        self._starts = [first for first, _last, _word in apart]
        self._ends = [last for _first, last, _word in apart]
        self._words = [word for _first, _last, word in apart]

    def of(self, number: int) -> str:
        place = bisect_right(self._starts, number) - 1
        if place < 0 or number > self._ends[place]:
            return ELSEWHERE
        return self._words[place]


def read_all(*folders: Path) -> list[Listed]:
    """Return the lists of these folders; one in a later folder stands for its namesake."""
    paths = {path.stem: path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}"))}
    return [read(path) for path in paths.values()]


def read(path: Path) -> Listed:
    """Return the list in a file: a network a line, what `#` begins is about the list."""
    about, networks = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            about.append(line.lstrip("# "))
        elif line.strip():
            networks.append(_network(line.strip(), f"{path.name}, line {number}"))
    return Listed(path.stem, tuple(networks), tuple(about))


def from_published(path: Path) -> list[Network]:
    """Return the networks of a published list, joined where they touch.

    Takes a network a line, or CSV with the network in the first column, as Apple publishes
    its relay's. Raises `NetworksError` for a line that is neither, and for an empty list.
    """
    found: list[Network] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file), 1):
            if row and row[0].strip() and not row[0].startswith("#"):
                found.append(_network(row[0].strip(), f"line {number}"))
    if not found:
        raise NetworksError("There is no network in it.")
    v4 = [network for network in found if isinstance(network, ipaddress.IPv4Network)]
    v6 = [network for network in found if isinstance(network, ipaddress.IPv6Network)]
    return [*ipaddress.collapse_addresses(v4), *ipaddress.collapse_addresses(v6)]


def write(path: Path, networks: Iterable[Network], about: Iterable[str]) -> None:
    """Write a list as `read` takes it; who reads meanwhile finds the old one or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    lines = [*(f"# {line}" for line in about), *map(str, networks)]
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fresh.replace(path)


def _network(text: str, where: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise NetworksError(f"{where}: “{text}” is no network.") from error


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _without(
    ranges: list[tuple[int, int]], holes: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    starts = [first for first, _last in holes]
    for first, last in ranges:
        place = max(0, bisect_right(starts, first) - 1)
        while place < len(holes) and holes[place][0] <= last:
            hole_first, hole_last = holes[place]
            if hole_first > first:
                yield first, hole_first - 1
            first = max(first, hole_last + 1)
            place += 1
        if first <= last:
            yield first, last

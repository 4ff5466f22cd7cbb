"""Whose network an address is in: Apple's relay, or a data centre. Pure but for reading files.

The ranges that ship are in `network_data/`, one file per network, each with who published
them and when they were collected. Networks change: `manage.py load_network` puts a newer list
into `var/networks/`, and a file there stands above the one of the same name that ships.
"""

from __future__ import annotations

import csv
import ipaddress
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
        # By version of IP: where ranges begin, in order; where they end; what they are.
        self._starts: dict[int, list[int]] = {4: [], 6: []}
        self._ends: dict[int, list[int]] = {4: [], 6: []}
        self._words: dict[int, list[str]] = {4: [], 6: []}
        found: dict[int, list[tuple[int, int, str]]] = {4: [], 6: []}
        for listed in lists:
            word = RELAY if listed.name in _RELAYS else DATA_CENTRE
            for network in listed.networks:
                first, last = int(network[0]), int(network[-1])
                found[network.version].append((first, last, word))
        for version, ranges in found.items():
            for first, last, word in _apart(ranges):
                self._starts[version].append(first)
                self._ends[version].append(last)
                self._words[version].append(word)

    def of(self, ip: str) -> str:
        """Return what is known of the network of an address."""
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return ELSEWHERE
        if not address.is_global:
            return LOCAL
        version, number = address.version, int(address)
        place = bisect_right(self._starts[version], number) - 1
        if place < 0 or number > self._ends[version][place]:
            return ELSEWHERE
        return self._words[version][place]


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


def _apart(ranges: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield ranges that do not overlap, in order; a relay's part of a data centre is a relay's."""
    relays = _joined((first, last) for first, last, word in ranges if word == RELAY)
    centres = _joined((first, last) for first, last, word in ranges if word == DATA_CENTRE)
    yield from sorted(
        [
            *((first, last, RELAY) for first, last in relays),
            *((first, last, DATA_CENTRE) for first, last in _without(centres, relays)),
        ]
    )


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

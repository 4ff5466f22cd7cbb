"""Whose network an address is in: the lists that ship, and the operator's."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.agents_met import CHROME
from tests.tracking.hitting import AT, make_hit
from tracking import deriving, networks, signatures
from tracking.networks import DATA_CENTRE, ELSEWHERE, LOCAL, RELAY, Listed, Networks, NetworksError
from tracking.tokens import Token


@pytest.fixture(scope="module")
def shipped() -> Networks:
    return Networks(networks.read_all(networks.SHIPPED))


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("172.224.226.5", RELAY),
        ("104.28.28.1", RELAY),
        ("2a02:26f7:b000:4000::1", RELAY),
        ("3.5.140.7", DATA_CENTRE),  # Amazon's first published range, ap-northeast-2.
        ("66.249.80.1", DATA_CENTRE),
        ("145.97.20.10", ELSEWHERE),
        ("133.11.0.10", ELSEWHERE),
        ("2001:67c:2e8:22::c100:68b", ELSEWHERE),
        ("17.58.1.1", ELSEWHERE),  # Apple's own, but no way out of its relay.
        ("127.0.0.1", LOCAL),
        ("10.1.2.3", LOCAL),
        ("::1", LOCAL),
        ("", ELSEWHERE),
        ("not an address", ELSEWHERE),
    ],
)
def test_the_lists_that_ship_know_relays_and_data_centres(shipped, ip, expected):
    assert shipped.of(ip) == expected


def test_every_list_says_who_published_it_and_when():
    lists = networks.read_all(networks.SHIPPED)
    assert len(lists) >= 6
    for listed in lists:
        about = "\n".join(listed.about)
        assert re.search(r"^Published: https://", about, re.MULTILINE), listed.name
        assert re.search(r"^Date: \d{4}-\d\d-\d\d$", about, re.MULTILINE), listed.name
        assert listed.networks


def test_every_signature_says_who_published_it_and_when():
    text = signatures.FILE.read_text()
    entries = text.count("[[agent]]")
    assert entries == text.count("\nsource = ") == text.count("\ndate = ") >= 15
    assert len(signatures._by_name()) == entries, "each name once"


V4 = st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
    lambda pair: ipaddress.ip_network(f"198.51.{pair[0] % 4}.{pair[0]}/{pair[1]}", strict=False)
)


@given(st.lists(V4, max_size=8), st.lists(V4, max_size=8), st.integers(0, 1023))
def test_it_finds_what_looking_at_each_range_finds(relays, centres, number):
    address = ipaddress.ip_address(int(ipaddress.ip_address("203.0.113.0")) + number)
    moved = [
        [
            ipaddress.ip_network(
                (
                    int(n[0])
                    - int(ipaddress.ip_address("198.51.0.0"))
                    + int(ipaddress.ip_address("8.8.0.0")),
                    n.prefixlen,
                )
            )
            for n in group
        ]
        for group in (relays, centres)
    ]
    address = ipaddress.ip_address(int(ipaddress.ip_address("8.8.0.0")) + number)
    found = Networks([Listed("apple_relay", tuple(moved[0]), ()), Listed("x", tuple(moved[1]), ())])
    expected = (
        RELAY
        if any(address in network for network in moved[0])
        else DATA_CENTRE
        if any(address in network for network in moved[1])
        else ELSEWHERE
    )
    assert found.of(str(address)) == expected


@pytest.fixture
def folder(tmp_path, settings) -> Iterator[Path]:
    settings.NETWORKS_DIR = tmp_path / "networks"
    yield settings.NETWORKS_DIR
    settings.NETWORKS_DIR = tmp_path / "none"
    deriving.refresh()


def known(ip: str) -> str:
    deriving.refresh()
    return deriving.signals(make_hit(Token(1), ip=ip, agent=CHROME), AT, "").network


@pytest.mark.django_db
def test_the_operator_loads_apples_list_and_it_counts_from_the_next_batch_on(
    folder, tmp_path, capsys
):
    assert known("145.97.20.10") == ELSEWHERE
    published = tmp_path / "egress-ip-ranges.csv"
    published.write_text(
        "145.97.20.0/25,NL,NL-UT,Utrecht,\n145.97.20.128/25,NL,NL-UT,Utrecht,\n"
        "2001:67c:2e8::/64,NL,NL-NH,Amsterdam,\n"
    )
    call_command("load_network", "apple_relay", str(published))
    assert "2 networks of apple_relay" in capsys.readouterr().out, "joined where they touch"
    assert known("145.97.20.10") == RELAY
    assert known("172.224.226.5") == ELSEWHERE, "it stands for the list that ships"
    assert known("3.5.140.7") == DATA_CENTRE, "the others stay"


def test_another_name_is_another_data_centre(folder, tmp_path):
    published = tmp_path / "gateway.txt"
    published.write_text("# Ours\n\n145.97.20.0/24\n")
    call_command("load_network", "our_gateway", str(published))
    assert known("145.97.20.10") == DATA_CENTRE


@pytest.mark.parametrize(
    ("text", "told"), [("", "no network"), ("1.2.3.0/24\nhello\n", "line 2: “hello”")]
)
def test_a_list_that_is_none_is_refused_and_changes_nothing(folder, tmp_path, text, told):
    published = tmp_path / "list.csv"
    published.write_text(text)
    with pytest.raises(CommandError, match=told):
        call_command("load_network", "apple_relay", str(published))
    with pytest.raises(CommandError, match="cannot be taken"):
        call_command("load_network", "apple_relay", str(tmp_path / "missing.csv"))
    with pytest.raises(CommandError, match="letters"):
        call_command("load_network", "../escape", str(published))
    assert not folder.exists()


def test_a_damaged_list_is_named(tmp_path):
    path = tmp_path / "odd.txt"
    path.write_text("# about\n1.2.3.4/99\n")
    with pytest.raises(NetworksError, match=r"odd\.txt, line 2"):
        networks.read(path)


def test_a_damaged_list_of_the_operators_is_told_of_and_ours_serve(folder, caplog):
    folder.mkdir()
    (folder / "apple_relay.txt").write_text("145.97.20.0/24\nhello\n")
    assert known("145.97.20.10") == ELSEWHERE
    assert known("172.224.226.5") == RELAY
    assert [record for record in caplog.records if "of no use" in record.message]

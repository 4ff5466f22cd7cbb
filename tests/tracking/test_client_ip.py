"""Whose address counts when proxies stand in front."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.client_ip import client_ip, networks

OURS = networks(["10.0.0.0/8", "2001:db8::1"])
READER, OTHER, LIAR = "145.97.20.10", "8.8.8.8", "1.2.3.4"


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (READER, "", READER),
        # A peer that is not our proxy is believed about nothing.
        (READER, OTHER, READER),
        ("10.0.0.1", READER, READER),
        # What stands left of our proxies' entries is the client's own invention.
        ("10.0.0.1", f"{LIAR}, {READER}", READER),
        ("10.0.0.1", f"{LIAR}, {READER}, 10.0.0.2", READER),
        ("2001:db8::1", "2001:67c:2e8:22::c100:68b", "2001:67c:2e8:22::c100:68b"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        # Rubbish ends the walk: nothing left of it can be trusted.
        ("10.0.0.1", f"{READER}, unknown", "10.0.0.1"),
        ("10.0.0.1", f"{READER}:52011", READER),
        ("10.0.0.1", "[2001:67c:2e8::1]:443", "2001:67c:2e8::1"),
        ("::ffff:10.0.0.1", f"::ffff:{READER}", READER),
        # Which interface it came by is known to whoever said so alone.
        ("fe80::1%eth0", "", "fe80::1"),
        ("10.0.0.1", "fe80::1%25eth0", "fe80::1"),
        ("", READER, ""),
        ("/run/web.sock", READER, ""),
    ],
)
def test_the_right_most_untrusted_address_counts(peer, forwarded, expected):
    assert client_ip(peer, forwarded, OURS) == expected


def test_without_proxies_the_peer_counts():
    assert client_ip("10.0.0.1", READER, ()) == "10.0.0.1"


@given(st.text(max_size=300))
def test_no_header_breaks_it(forwarded):
    assert client_ip("10.0.0.1", forwarded, OURS)


@given(st.lists(st.ip_addresses(), max_size=5))
def test_nobody_chooses_the_address_we_keep(claimed):
    forwarded = ", ".join([*map(str, claimed), READER])
    assert client_ip("10.0.0.1", forwarded, OURS) == READER


def test_a_network_that_is_none_is_named():
    with pytest.raises(ValueError, match="proxy-1"):
        networks(["10.0.0.1", "proxy-1"])

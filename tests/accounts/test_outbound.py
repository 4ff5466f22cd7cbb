"""The guard for hosts that marketers name."""

import socket

import pytest

from campaigns.accounts import outbound
from campaigns.accounts.outbound import OutboundError


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
    ],
)
def test_addresses_that_only_we_can_reach_are_refused(ip):
    assert not outbound.is_public(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_pass(ip):
    assert outbound.is_public(ip)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "::1"])
def test_every_way_to_write_ourselves_is_refused(host):
    with pytest.raises(OutboundError, match="private network"):
        outbound.addresses(host, 25)


def test_an_answer_of_mixed_addresses_is_refused(monkeypatch):
    answer = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 25)) for ip in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answer)
    with pytest.raises(OutboundError):
        outbound.addresses("mixed.example.org", 25)


def test_the_operator_can_allow_private_hosts(settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    assert outbound.addresses("127.0.0.1", 25) == ["127.0.0.1"]
    outbound.check_url("http://127.0.0.1:8080/v3")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "", "a" * 300, "\udcff"])
def test_a_name_that_leads_nowhere_is_said(host):
    with pytest.raises(OutboundError):
        outbound.addresses(host, 25)


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://user:secret@8.8.8.8/",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "gopher://8.8.8.8/",
        "https://",
        "https://8.8.8.8:99999/",
        "//8.8.8.8",
        "not an address",
        "",
    ],
)
def test_addresses_of_other_kinds_are_refused(url):
    with pytest.raises(OutboundError):
        outbound.check_url(url)


def test_a_public_https_address_passes():
    outbound.check_url("https://8.8.8.8/v3")

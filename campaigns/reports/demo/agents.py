"""How readers' programs present themselves: real user agents, from real networks.

Tracking classifies the sample by the same rules as everybody's mail, so the sample has to
look like everybody's mail: proxies of Gmail, Yahoo and Apple, scanners of mail gateways.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from random import Random

# Consumer networks by country, as the country database that ships with us knows them.
NETWORKS = {
    "NL": ("77.160.0.0/12", "83.80.0.0/13", "84.24.0.0/13", "86.80.0.0/13", "94.208.0.0/13"),
    "DE": ("79.192.0.0/10", "84.128.0.0/10", "87.128.0.0/10", "91.0.0.0/10", "77.0.0.0/12"),
    "GB": ("86.128.0.0/10", "81.128.0.0/11", "90.192.0.0/11", "82.0.0.0/12", "92.16.0.0/12"),
    "US": ("73.0.0.0/8", "12.0.0.0/8"),
    "FR": ("90.0.0.0/10", "92.128.0.0/10", "82.224.0.0/11", "88.160.0.0/11"),
    "BE": ("109.128.0.0/12", "81.240.0.0/13", "84.192.0.0/13", "91.176.0.0/13"),
    "ES": ("83.32.0.0/11", "88.0.0.0/11", "79.144.0.0/12"),
    "IT": ("79.0.0.0/10", "87.0.0.0/11", "151.32.0.0/11"),
    "SE": ("78.64.0.0/12", "81.224.0.0/12", "90.224.0.0/12"),
    "PL": ("83.0.0.0/11", "89.64.0.0/12", "79.184.0.0/13"),
    "CH": ("85.0.0.0/13", "178.192.0.0/13"),
    "AT": ("77.116.0.0/14", "80.120.0.0/14", "84.112.0.0/14"),
    "DK": ("80.160.0.0/13", "87.48.0.0/13"),
    "IE": ("86.40.0.0/13", "109.76.0.0/14"),
    "PT": ("85.240.0.0/13", "2.80.0.0/14"),
    "CA": ("99.224.0.0/11", "70.24.0.0/13"),
    "JP": ("126.0.0.0/11", "60.64.0.0/10"),
    "AU": ("1.128.0.0/11", "101.160.0.0/11"),
    "BR": ("179.208.0.0/12", "187.16.0.0/12"),
    "IN": ("117.192.0.0/10", "49.32.0.0/12"),
}
GOOGLE = ("66.249.80.0/20", "66.102.0.0/20", "74.125.208.0/20")
YAHOO = ("66.228.160.0/20", "87.248.112.0/21")
APPLE = ("172.224.224.0/20", "104.28.28.0/22")
MICROSOFT = ("40.94.64.0/18", "52.102.0.0/18")
BARRACUDA = ("64.235.144.0/20",)

GMAIL_PROXY = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
)
GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
YAHOO_PROXY = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE_PROXY = "Mozilla/5.0"
SCANNERS = (
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/120.0.0.0 Safari/537.36",
        MICROSOFT,
    ),
    ("Barracuda Sentinel (EE)", BARRACUDA),
)

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
CHROME_MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
CHROME_ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Mobile Safari/537.36"
)
EDGE = f"{CHROME} Edg/142.0.0.0"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
FIREFOX_LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.1 Safari/605.1.15"
)
SAFARI_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"
)
SAFARI_IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.1 Mobile/15E148 Safari/604.1"
)
APPLE_MAIL = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
)
APPLE_MAIL_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)
THUNDERBIRD = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0"
)
THUNDERBIRD_LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)"
ANDROID_MAIL = (
    "Mozilla/5.0 (Linux; Android 15; SM-S921B Build/AP3A.240905.015; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/142.0.7444.102 Mobile Safari/537.36"
)


@dataclass(frozen=True)
class Program:
    """A mail program: what loads its images, from where, and what its links open in."""

    images: tuple[str, ...]
    browsers: tuple[str, ...]
    # The networks that its images are loaded from; empty: the reader's own.
    proxy: tuple[str, ...] = ()
    # The share of mails whose images are loaded at delivery, whoever looks.
    prefetches: float = 0.0
    prefetch_agent: str = ""
    # The share of readers who let it load images at all.
    shows_images: float = 1.0


READING = {
    "gmail": Program(
        (GMAIL_PROXY,),
        (CHROME_ANDROID, CHROME, SAFARI_IPHONE, CHROME_MAC, FIREFOX),
        GOOGLE,
        prefetches=0.04,
        prefetch_agent=GMAIL_PREFETCH,
    ),
    "yahoo": Program((YAHOO_PROXY,), (CHROME, SAFARI_IPHONE, CHROME_ANDROID), YAHOO),
    "apple_mpp": Program(
        (APPLE_PROXY,),
        (SAFARI_IPHONE, SAFARI_IPHONE, SAFARI, SAFARI_IPAD),
        APPLE,
        prefetches=0.92,
        prefetch_agent=APPLE_PROXY,
    ),
    "apple_mail": Program((APPLE_MAIL_IPHONE, APPLE_MAIL), (SAFARI_IPHONE, SAFARI)),
    "outlook_web": Program((EDGE, CHROME, FIREFOX, CHROME_MAC), (EDGE, CHROME, FIREFOX)),
    "outlook": Program((OUTLOOK,), (EDGE, CHROME), shows_images=0.55),
    "thunderbird": Program(
        (THUNDERBIRD, THUNDERBIRD_LINUX), (FIREFOX, FIREFOX_LINUX), shows_images=0.6
    ),
    "webmail": Program(
        (CHROME, FIREFOX, SAFARI, CHROME_ANDROID), (CHROME, FIREFOX, SAFARI, CHROME_ANDROID)
    ),
    "android": Program((ANDROID_MAIL,), (CHROME_ANDROID,)),
}


def address(random: Random, networks: tuple[str, ...]) -> str:
    """Return an address in one of the networks."""
    network = ip_network(random.choice(networks))
    return str(network[random.randrange(1, network.num_addresses - 1)])

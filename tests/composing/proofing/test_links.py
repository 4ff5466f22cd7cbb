"""Links and pictures whose addresses tell that they lead nowhere."""

import pytest

from campaigns.composing.proofing import links
from campaigns.composing.proofing.sheet import Sheet


def said(body):
    return [one.message for one in links.findings(Sheet(f"<html><body>{body}</body></html>"))]


@pytest.mark.parametrize(
    ("href", "why"),
    [
        ("", "has no address"),
        ("#", "has no address"),
        ("#prices", "no element has that id"),
        ("/shop", "leads nowhere in a mail"),
        ("www.bakery.nl", "leads nowhere in a mail"),
        ("javascript:alert(1)", "leads nowhere in a mail"),
        ("http://bakery.nl/", "not encrypted"),
        ("http://localhost:8000/x", "private network"),
        ("https://192.168.1.4/x", "private network"),
        ("https://[::1]/", "private network"),
        ("https://intranet/x", "private network"),
        ("https://printer.local/", "private network"),
        ("https://www.example.com/x", "an example's address"),
        ("https://[bad/", "leads nowhere"),
    ],
)
def test_links_that_nobody_can_follow_are_told(href, why):
    (message,) = said(f'<a href="{href}">Shop</a>')
    assert why in message


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://bakery.nl/">Shop</a>',
        '<a href="HTTPS://Bakery.nl/">Shop</a>',
        '<a href="mailto:hello@bakery.nl">Write</a>',
        '<a href="tel:+31201234567">Call</a>',
        '<a href="#prices">Prices</a><h2 id="prices">Prices</h2>',
        '<a href="#prices">Prices</a><a name="prices"></a>',
        '<img src="https://bakery.nl/rye.jpg" alt="">',
        '<img src="data:image/png;base64,AAAA" alt="">',
        '<img src="cid:one" alt="">',
        '<a href="http://localhost/" style="display:none">Only machines see it</a>',
    ],
)
def test_others_are_left_alone(body):
    assert said(body) == []


def test_our_own_pages_are_not_told_link_by_link(settings):
    settings.PUBLIC_URL = settings.TRACKING_URL = "http://127.0.0.1:8000"
    assert said('<a href="http://127.0.0.1:8000/u/abc">Unsubscribe</a>') == []
    (finding,) = links.home()
    assert "http://127.0.0.1:8000" in finding.message
    settings.PUBLIC_URL = settings.TRACKING_URL = "https://news.bakery.nl"
    assert list(links.home()) == []


@pytest.mark.parametrize("src", ["rye.jpg", "http://bakery.nl/rye.jpg", "http://10.0.0.2/rye.jpg"])
def test_pictures_that_are_not_shown_are_told(src):
    assert len(said(f'<img src="{src}" alt="Rye">')) == 1

"""What is found in a mail is what is there, and what is not there is not found."""

import base64
import hashlib
from email.message import EmailMessage

import pytest

from campaigns.composing import compiling, foreign_mails
from campaigns.composing.inspecting import body
from campaigns.composing.inspecting.identifiers import Marks, Reader, leads_to
from campaigns.composing.inspecting.inspection import inspect
from campaigns.composing.inspecting.known import known
from campaigns.composing.inspecting.source import UnreadableError, read
from campaigns.composing.inspecting.tools import reactions
from tests import endless
from tests.composing.letters import make_person

ANN = "ann@example.com"


def mail(html: str, text: str = "", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = "Shop <news@shop.example>"
    made["To"] = f"Ann <{ANN}>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text or "Hello")
    made.add_alternative(html, subtype="html", cte="base64")
    return made.as_bytes()


def of(html: str, **headers: str):
    return inspect(read(mail(html, **headers)))


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("Mailchimp", "https://shop.us7.list-manage.com/track/open.php?u=1&id=2&e=3"),
        ("SendGrid", "https://u1.ct.sendgrid.net/wf/open?upn=u001.abc"),
        ("Amazon SES", "https://abc.r.eu-west-1.awstrack.me/I0/0102/abc=12"),
        ("Candid", "https://news.example/track/open/AbC-1_2.gif"),
        ("listmonk", f"https://l.example/campaign/{'0' * 8}-0000-0000-0000-{'0' * 12}/"
                     f"{'0' * 8}-0000-0000-0000-{'0' * 12}/px.png"),
        ("Mautic", "https://m.example/email/5f0c1d2e3a4b5c6d7e8f9.gif"),
        ("Streak", "https://mailfoogae.appspot.com/t?sender=x"),
    ],
)  # fmt: skip
def test_pixels_of_products_are_named(who, url):
    [pixel] = of(f'<p>Hi</p><img src="{url}">').pixels
    assert pixel.who == who


def test_a_pixel_of_nobody_we_know_is_told_by_its_looks():
    found = of('<img src="https://x.example/a.png" width="1" height="1">')
    assert [one.who for one in found.pixels] == [""]
    assert "1 × 1" in found.pixels[0].why[0]


@pytest.mark.parametrize("style", ["display:none", "opacity: 0", "max-height:0px", "width:1px"])
def test_a_picture_that_nobody_sees_is_a_pixel(style):
    assert of(f'<div><img src="https://x.example/a.png" style="{style}"></div>').pixels


def test_a_picture_within_something_hidden_is_a_pixel():
    assert of('<div style="display:none"><p><img src="https://x.example/a.png"></p></div>').pixels


def test_words_without_a_size_are_hidden_but_not_what_has_one_within():
    link = '<a href="https://shop.example/">Shop</a>'
    (hidden,) = body.read(f'<div style="font-size:0px">{link}</div>').links
    (seen,) = body.read(
        f'<div style="font-size:0"><div style="font-size:16px">{link}</div></div>'
    ).links
    assert (hidden.hidden, seen.hidden) == (True, False)


@pytest.mark.parametrize("sizes", ['width="600" height="300"', 'width="600"', ""])
def test_a_picture_that_people_see_is_none(sizes):
    found = of(f'<img src="https://x.example/cat.png" {sizes}>')
    assert not found.pixels
    assert [one.host for one in found.pictures] == ["x.example"]
    assert found.hosts == [("x.example", 1)]


def test_pictures_in_the_mail_itself_ask_nobody():
    found = of('<img src="cid:logo"><img src="data:image/gif;base64,R0lG" width="1">')
    assert not found.hosts


def test_what_styles_fetch_is_found():
    found = of(
        '<style>@import "https://f.example/a.css"; p{background:url(https://g.example/b.png)}'
        '</style><td background="https://h.example/c.png"><p style="x:url(\'https://i.example/d\')">'
    )
    assert {host for host, _times in found.hosts} == {
        "f.example",
        "g.example",
        "h.example",
        "i.example",
    }


@pytest.mark.parametrize(
    ("written", "marks"),
    [
        (ANN, Marks.ADDRESS),
        ("ann%40example.com", Marks.ADDRESS),
        ("ANN@EXAMPLE.COM", Marks.ADDRESS),
        ("bounce-7-ann=example.com", Marks.ADDRESS),
        (base64.urlsafe_b64encode(b'{"e":"ann@example.com"}').decode(), Marks.ADDRESS),
        (hashlib.md5(ANN.encode()).hexdigest(), Marks.HASH),
        (hashlib.sha1(ANN.encode()).hexdigest().upper(), Marks.HASH),
        (hashlib.sha256(ANN.encode()).hexdigest(), Marks.HASH),
    ],
)
def test_the_readers_address_is_found_however_it_is_written(written, marks):
    [first, *_more] = Reader(ANN).identifiers(f"https://x.example/a?who={written}")
    assert first.marks is marks
    assert first.is_personal


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/",
        "https://shop.example/summer-sale-2026/red_shoes_for_children",
        "https://shop.example/articles/2026/11/26/why-we-are-here.html",
        "https://shop.example/a?page=2&sort=price&color=red&utm_source=news&utm_campaign=november",
        "https://shop.example/%E3%81%82/internationalization",
    ],
)
def test_addresses_that_people_can_read_mark_nobody(url):
    assert not [one for one in Reader(ANN).identifiers(url) if one.is_personal]
    found = of(f'<a href="{url}">See</a>')
    assert not found.links
    assert len(found.plain_links) == 1


@pytest.mark.parametrize(
    "piece",
    [
        "5f0c1d2e3a4b5c6d7e8f9a0b",
        "9b2f1c1e-7a52-4f9b-8a51-2f3b0c9d8e7f",
        "AQEBAgMz7kPqR2tLx9vW",
        "eJxVjk1uhDAMhe_CeoRCgFBmVbr",
    ],
)
def test_what_nobody_can_read_may_be_a_name(piece):
    for url in (f"https://x.example/r/{piece}", f"https://x.example/r?x={piece}"):
        assert [one.marks for one in Reader("").identifiers(url)] == [Marks.OPAQUE]


def test_names_that_products_give_are_told_apart():
    url = "https://shop.example/?utm_source=n&mc_eid=1a2b3c&mc_cid=9f&fbclid=x"
    marks = {one.marks for one in Reader("").identifiers(url)}
    assert marks == {Marks.PERSON, Marks.MAIL, Marks.CLICK, Marks.CAMPAIGN}


@pytest.mark.parametrize(
    ("url", "end"),
    [
        ("https://r.example/?u=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1&id=7", "https://shop.example/a?b=1"),
        ("https://r.example/go/https://shop.example/a", "https://shop.example/a"),
        ("https://r.example/" + base64.urlsafe_b64encode(b'{"e": "https://shop.example/a"}').decode(),
         "https://shop.example/a"),
        ("https://r.example/plain", ""),
        ("https://[bad", ""),
    ],
)  # fmt: skip
def test_where_a_redirect_leads_is_read_out_of_it(url, end):
    assert leads_to(url) == end


def test_a_link_by_another_host_is_measured_and_says_where_it_ends():
    [link] = of('<a href="https://r.example/?u=https%3A%2F%2Fshop.example%2F">Shop</a>').links
    assert link.leads_to == "https://shop.example/"
    assert link.words == "Shop"


def test_a_link_that_shows_another_address_is_told():
    [link] = of('<a href="https://evil.example/">https://bank.example/</a>').links
    assert link.why == ("It shows one address and leads to another.",)
    assert not of('<a href="https://www.bank.example/x">https://bank.example/</a>').links


def test_links_of_the_text_part_count_too():
    found = inspect(read(mail("<p>x</p>", text="https://l.list-manage.com/track/click?u=1&e=2 .")))
    assert [one.who for one in found.links] == ["Mailchimp"]


def test_one_address_that_stands_there_thrice_is_told_once():
    [link] = of('<a href="https://x.example/?e=ann@example.com">A</a>' * 3).links
    assert link.times == 3


def test_headers_that_carry_the_reader_are_shown():
    found = of(
        "<p>x</p>",
        Return_Path="<bounce-1-ann=example.com@mta.example>",
        List_Unsubscribe="<https://x.example/u/5f0c1d2e3a4b5c6d7e8f9a0b>",
        X_SG_EID="AQEBAgMz7kPqR2tLx9vW",
        X_Anything="who=ann@example.com",
        X_Priority="3",
    )
    hidden = {name: one for name, _value, one in found.headers}
    assert hidden["Return-Path"] is not None
    assert hidden["X-Anything"] is not None
    assert hidden["List-Unsubscribe"] is None
    assert "X-Priority" not in hidden
    assert found.products == ("SendGrid",)


def test_who_signed_it_is_told():
    found = of("<p>x</p>", DKIM_Signature="v=1; a=rsa-sha256; d=mailer.example; s=k; b=x")
    assert found.domains == {"shop.example": "From", "mailer.example": "DKIM-Signature"}


def test_a_mail_that_says_less_than_it_does_is_told():
    pixel = '<img src="https://x.example/track/open/abc.gif">'
    assert of(pixel, X_Tracking="opens=none; clicks=none").contradictions
    assert not of(pixel, X_Tracking="opens=individual; clicks=none").contradictions
    assert not of(pixel).contradictions


def test_html_alone_will_do():
    found = inspect(read(b'<p>Hi</p><img src="https://x.example/a.gif" width=1 height=1>'))
    assert len(found.pixels) == 1
    assert not found.is_whole


@pytest.mark.parametrize("pasted", [b"", b"   \r\n\t "])
def test_nothing_is_no_mail(pasted):
    with pytest.raises(UnreadableError):
        read(pasted)


@pytest.mark.parametrize(
    "pasted",
    [
        b"\x00\xff\xfe" * 1000,
        b"From: a\r\nContent-Type: text/html; charset=nonsense\r\n\r\n<p>\xff</p>",
        b"From: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 50,
        b"From: a\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/html\r\n\r\n!!!!",
        b"<" * 200_000,
        b"<div>" * 20_000 + b'<img src="https://x.example/a" width=1>',
        b'<a href="https://x.example/' + b"a1B" * 50_000 + b'">x</a>',
        b'<a href="https://[bad">x</a><img src="//[bad" width=1>',
        b'<p style="' + b"opacity:0;" * 20_000 + b'">x</p>',
        b"From: =?utf-8?q?=FF=FE?= <a@b>\r\nTo: \xff\r\nDKIM-Signature: d=\r\n\r\nx",
    ],
)
def test_whatever_is_pasted_is_answered(pasted):
    inspect(read(pasted))


def test_tools_are_told_by_what_was_found():
    tools = dict(reactions(of('<img src="https://x.example/track/open/abc.gif">')))
    assert "Candid" in tools["Ugly Email and the like"]
    assert "general rule" in tools["EasyPrivacy, uBlock Origin"]
    quiet = dict(reactions(of("<p>Hello</p>")))
    assert "nothing to load" in quiet["Gmail"]


def test_each_entry_of_the_list_has_something_to_know_it_by():
    assert all(one.opens or one.clicks for one in known().trackers)
    assert {one.marks for one in known().parameters.values()} <= {mark.value for mark in Marks}
    for one in known().trackers:
        for pattern in (one.opens, one.clicks):
            assert pattern is None or not pattern.search("https://shop.example/summer-sale/?page=2")


@pytest.mark.django_db
def test_our_own_mails_are_told_as_what_they_are(frozen):
    def sent(mode: str):
        mail = compiling.compile_revision(frozen, mode, mode)
        return inspect(read(mail.fill(make_person(open_token="AbC1", click_token="AbC2"))))

    measured = sent("individual")
    assert {one.who for one in measured.pixels} == {"Candid"}
    assert {one.who for one in measured.links if one.who} == {"Candid"}
    assert "opens=individual" in measured.declared
    assert not measured.contradictions
    unmeasured = sent("none")
    assert not unmeasured.pixels
    assert not [one for one in unmeasured.links if one.who]
    assert not unmeasured.contradictions


class Counted:
    """A pattern that counts how often it is asked."""

    def __init__(self, pattern):
        self.pattern, self.times = pattern, 0

    def search(self, text):
        self.times += 1
        return self.pattern.search(text)


def test_of_a_mail_made_of_links_the_first_are_looked_at_and_that_is_said(monkeypatch):
    asked = []

    def identifiers(reader, url, real=Reader.identifiers):
        asked.append(url)
        return real(reader, url)

    monkeypatch.setattr(Reader, "identifiers", identifiers)
    many = [f"https://s.example/{n}" for n in range(3 * body.MOST)]
    html = (
        "".join(f'<a href="{url}">x</a>' for url in many)
        + "".join(f'<img src="{url}.png">' for url in many)
        + "".join(f'<p style="background:url({url})">' for url in many)
    )
    found = inspect(read(mail(html, " ".join(many))))
    assert found.is_cut
    assert len(asked) == 4 * body.MOST
    assert not of('<a href="https://s.example/">x</a>').is_cut


def test_a_long_address_is_read_as_far_as_any_program_would():
    [seen] = of(f'<a href="https://s.example/?x={"a1" * 100_000}">x</a>').links
    assert len(seen.url) == body.LONGEST


HEAD = f"From: news@shop.example\nTo: {ANN}\n"
MIXED = "Content-Type: multipart/mixed; boundary={}\n\n--{}\n"
HTML = f"{HEAD}Content-Type: text/html\n\n"
# Mails that anybody may paste.
ENDLESS = {
    "many parts": HEAD + MIXED.format("a", "a") + "\n--a\n" * 700_000,
    "parts within parts": HEAD
    + "".join(MIXED.format(f"b{n}", f"b{n}") for n in range(800))
    + "\nx\n" * 1_000_000,
    "mails within mails": HEAD + "Content-Type: message/rfc822\n\n" * 100_000,
    "brackets within brackets": f"From: {'(' * 1_000_000}\n\nHello",
    "a field of semicolons": f"{HEAD}Content-Type: text/html{';' * 1_000_000}\n\nHello",
    "an address of blanks": f"{HTML}<style>a {{ background: url({' ' * 4_000_000}</style>",
    "an import of blanks": f'{HTML}<p style="@import{" " * 4_000_000}">x</p>',
    "a style of fonts": f'{HTML}<p style="{"font:" * 800_000}">x</p>',
    "no header at all": "From " + "a" * 4_000_000,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_is_made_to_be_read_for_ever_is_not(name):
    with endless.it_ends():
        assert inspect(read(ENDLESS[name].encode())).is_whole == (name != "no header at all")


def test_of_a_mail_made_of_parts_the_first_are_looked_at_and_that_is_said():
    part = '--a\nContent-Type: text/html\n\n<img src="https://s.example/{}.png">\n'
    pictures = "".join(part.format(n) for n in range(foreign_mails.MOST_PARTS + 100))
    found = inspect(read(f"{HEAD}{MIXED.format('a', 'a')}\n{pictures}--a--\n".encode()))
    assert found.is_cut
    assert len(found.pictures) > foreign_mails.MOST_PARTS - 10
    whole = "".join(part.format(n) for n in range(100))
    found = inspect(read(f"{HEAD}{MIXED.format('a', 'a')}\n{whole}--a--\n".encode()))
    assert not found.is_cut
    assert len(found.pictures) == 100


def test_an_address_behind_a_long_name_is_found():
    source = read(f'From: "{"Shop " * 40}" <news@shop.example>\n\nHello'.encode())
    assert source.domains == {"shop.example": "From"}


def test_words_without_a_size_within_each_other_are_asked_once_each(monkeypatch):
    growing = Counted(body._GROWING)
    monkeypatch.setattr(body, "_GROWING", growing)
    deep, wide = 100, 200
    body.read(
        '<div style="font-size:0">' * deep
        + "<i></i>" * wide
        + '<b style="font-size:9px">x</b>'
        + "</div>" * deep
    )
    assert growing.times <= deep + wide + 10

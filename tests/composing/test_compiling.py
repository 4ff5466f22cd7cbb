"""A compiled mail, filled in: one whole message, the same in pieces, whoever gets it."""

import re

import pytest

from campaigns.composing import compiling, freezing
from campaigns.composing.compiling import Mail
from campaigns.composing.models import Revision
from tests import world
from tests.composing.letters import HEADERS, body, make_person, make_revision, parse
from tracking.models import Link


@pytest.mark.parametrize("mode", ["none", "aggregate", "individual"])
def test_the_message_says_what_the_parts_say(frozen, mode):
    mail = compiling.compile_revision(frozen, mode)
    message = parse(mail.fill(make_person()))
    parts = mail.parts(make_person())
    assert message.keys() == HEADERS
    assert not message.defects
    assert message["Subject"] == parts.subject == "News for Bob"
    assert body(message, "html").rstrip("\n") == parts.html.rstrip("\n")
    assert body(message, "plain").rstrip("\n") == parts.text.rstrip("\n")
    assert message["To"] == parts.to
    assert message["From"] == f"{frozen.from_name} <{frozen.from_email}>"
    assert message["Reply-To"] == parts.reply_to
    for name, value in parts.headers.items():
        assert message[name] == value


@pytest.mark.parametrize(
    ("policy", "opens", "clicks", "says"),
    [
        ("consent", "none", "", "opens=none; clicks=none; "),
        ("consent", "aggregate", "", "opens=aggregate; clicks=aggregate; "),
        (
            "consent",
            "individual",
            "",
            "opens=individual; clicks=individual; why=consent; days=45; ",
        ),
        ("strict", "none", "individual", "opens=none; clicks=individual; why=consent; days=45; "),
        ("opt_out", "individual", "none", "opens=individual; clicks=none; why=opt-out; days=45; "),
    ],
)
def test_a_header_tells_programs_what_is_recorded(frozen, policy, opens, clicks, says):
    frozen.workspace.policy = policy
    compiling._compiled.cache_clear()
    raw = compiling.compile_revision(frozen, opens, clicks).fill(make_person())
    expected = f"{says}stop=<http://127.0.0.1:8000/p/leaveleave/>"
    assert parse(raw)["X-Tracking"] == expected
    assert max(map(len, raw.split(b"\r\n\r\n")[0].split(b"\r\n"))) < 200


@pytest.mark.parametrize(
    ("opens", "clicks", "pixel", "links", "words"),
    [
        (
            "none",
            "individual",
            False,
            True,
            "Nothing is recorded when you open this mail. We record which",
        ),
        (
            "individual",
            "none",
            True,
            False,
            "We record when you open this mail. Nothing is recorded when",
        ),
        ("aggregate", "individual", True, True, "We count how often this mail is opened"),
    ],
)
def test_opens_and_clicks_are_tracked_apart(frozen, opens, clicks, pixel, links, words):
    parts = compiling.compile_revision(frozen, opens, clicks).parts(make_person())
    assert ("/track/open/" in parts.html) is pixel
    assert ("/track/click/" in parts.html) is links
    assert ("/track/click/" in parts.text) is links
    assert words in parts.text and words in parts.html


@pytest.mark.parametrize(
    ("policy", "mode", "why"),
    [
        ("consent", "individual", "You agreed to that; it is kept for 45 days, and you can stop"),
        ("opt_out", "individual", "It is kept for 45 days; if you object, stop it under"),
        ("consent", "aggregate", "You can stop that too, under Preferences."),
    ],
)
def test_the_footer_says_why_and_how_to_stop_it(frozen, policy, mode, why):
    frozen.workspace.policy = policy
    compiling._compiled.cache_clear()
    assert why in compiling.compile_revision(frozen, mode).parts(make_person()).text


def test_tracks_links_and_pixel_by_number(frozen):
    html = compiling.compile_revision(frozen, "individual").parts(make_person()).html
    for number in frozen.links.values():
        assert f"/track/click/clickclick/{number}" in html
    assert frozen.links["https://example.com/?a=1&b=2"] == 1
    assert 'href="mailto:us@example.com"' in html
    assert "https://example.com/NL" in html
    assert "/track/open/openopenopen.gif" in html
    assert html.index("/u/leaveleave/") < html.index("/track/open/") < html.index("</body>")


@pytest.mark.parametrize("mode", ["individual", "aggregate", "none"])
def test_a_link_that_nobody_sees_is_hidden_where_the_workspace_wants_it(frozen, mode):
    plain = Mail(frozen, mode, tracked=True).parts(make_person())
    assert "/track/click/clickclick/0" not in plain.html
    frozen.workspace.hides_trap = True
    parts = Mail(frozen, mode, tracked=True).parts(make_person())
    found = re.findall(r"<a [^>]*/track/click/clickclick/0[^>]*>([^<]*)</a>", parts.html)
    assert found == ([] if mode == "none" else [""]), "a link without a word"
    if mode != "none":
        (link,) = re.findall(r"<a [^>]*/track/click/clickclick/0[^>]*>", parts.html)
        assert 'aria-hidden="true"' in link and 'tabindex="-1"' in link
        assert "display:none" in link
    assert "/clickclick/0" not in parts.text, "people read text as it is"
    assert "/clickclick/0" not in Mail(frozen, mode, tracked=False).parts(make_person()).html


def test_text_links_are_tracked_too_and_lead_to_the_same(frozen):
    text = compiling.compile_revision(frozen, "individual").parts(make_person()).text
    assert f"/track/click/clickclick/{frozen.links['https://example.com/go']}>" in text
    assert "<https://example.com/NL>" in text


def test_stored_links_are_the_authors_own(frozen):
    assert set(frozen.links) == {
        "https://example.com/?a=1&b=2",
        "https://example.com/offer",
        "https://example.com/go",
    }
    stored = Link.objects.filter(campaign_id=frozen.campaign_id)
    assert {link.url: link.number for link in stored} == frozen.links


def test_aggregate_mails_differ_in_nothing_that_is_tracked(frozen):
    mail = compiling.compile_revision(frozen, "aggregate")
    same = {"open_token": "same", "click_token": "same"}
    one = mail.parts(make_person(**same))
    two = mail.parts(make_person(**same, uuid_hex="cd" * 16, unsubscribe_token="other"))
    tracked = re.compile(r"[^\"<]*/track/[^\">]*")
    assert tracked.findall(one.html) == tracked.findall(two.html) != []
    assert tracked.findall(one.text) == tracked.findall(two.text) != []


def test_without_tracking_nothing_of_it_is_in_the_mail(frozen):
    raw = compiling.compile_revision(frozen, "none").fill(make_person())
    assert b"/track/" not in raw.replace(b"=\r\n", b"")
    html = compiling.compile_revision(frozen, "none").parts(make_person()).html
    assert 'href="https://example.com/?a=1&amp;b=2"' in html


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("none", "Nothing is recorded"),
        ("aggregate", "without telling readers apart"),
        ("individual", "which links you click"),
    ],
)
def test_the_footer_has_the_ways_out_and_says_what_is_recorded(frozen, mode, words):
    parts = compiling.compile_revision(frozen, mode).parts(make_person())
    for content in (parts.html, parts.text):
        assert "/u/leaveleave/" in content
        assert "/p/leaveleave/" in content
        assert "1 Main Street" in content
        assert words in content


def test_personal_links_are_never_tracked(frozen):
    html = compiling.compile_revision(frozen, "individual").parts(make_person()).html
    assert 'href="http://127.0.0.1:8000/u/leaveleave/"' in html


def test_an_unsubscribe_link_of_the_authors_is_not_doubled(workspace):
    html = '<body><a href="{{ unsubscribe_url }}">Leave</a></body>'
    mail = compiling.compile_revision(make_revision(workspace, html=html), "none")
    assert mail.parts(make_person()).html.count("/u/leaveleave/") == 1


@pytest.mark.parametrize(
    "html",
    [
        '<body>{% if contact.vip %}<a href="{{ unsubscribe_url }}">Leave</a>{% endif %}</body>',
        "<body><!-- {{ unsubscribe_url }} -->x</body>",
        '<body><!-- <a href="{{ unsubscribe_url }}">Leave</a> --></body>',
    ],
)
def test_everybody_gets_a_way_out_even_where_the_author_hid_it(workspace, html):
    mail = compiling.compile_revision(make_revision(workspace, html=html), "none")
    assert '/u/leaveleave/" style' in mail.parts(make_person()).html


def test_one_click_unsubscribe_stands_in_the_headers(frozen):
    message = parse(compiling.compile_revision(frozen, "none").fill(make_person()))
    assert message["List-Unsubscribe"] == "<http://127.0.0.1:8000/u/leaveleave/one-click>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mailbox_for_leaving_is_offered_only_when_one_is_read(workspace):
    revision = make_revision(workspace, unsubscribe_mailbox="leave@acme.example")
    mail = compiling.compile_revision(revision, "none")
    assert parse(mail.fill(make_person()))["List-Unsubscribe"].endswith(
        ", <mailto:leave@acme.example?subject=leaveleave>"
    )


def test_the_preheader_comes_first_and_unseen(frozen):
    html = compiling.compile_revision(frozen, "none").parts(make_person()).html
    assert html.index("display:none") < html.index("Only &lt; for Bob") < html.index("Hello")


def test_pasted_html_stays_byte_for_byte_but_for_what_is_ours(workspace, sender):
    pasted = (
        "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'>\n<html><head><meta name=x></head>\n"
        "<BODY  bgcolor=white>\n<!--[if mso]><table><tr><td><![endif]-->&nbsp;<CENTER>Ünï</center>"
        '<a target=_blank href="https://example.com/?a=1&amp;b=2">x</a>\n</BODY></html>\n'
    )
    campaign = world.make_campaign(workspace, sender=sender, format="html", body=pasted)
    revision = freezing.freeze(campaign)
    html = compiling.compile_revision(revision, "individual").parts(make_person()).html
    ours = re.compile(
        r'<div style="display:none.*?</div>|<table role="presentation" width="100%".*</table>'
        r'(?:<img src="[^"]*/track/open/[^>]*>)',
        re.DOTALL,
    )
    untracked = re.sub(
        r"http://[^\"]*/track/click/clickclick/1", "https://example.com/?a=1&amp;b=2", html
    )
    assert ours.sub("", untracked) == pasted


def test_styles_of_pasted_html_are_copied_into_elements_on_wish(workspace, sender):
    pasted = (
        "<html><head><style>p { color: red } @media (max-width: 9px) { p { color: blue } }</style>"
        "</head><body><p>{{ contact.first_name }}</p>"
        "<table>{% for i in (1..2) %}<tr><td>{{ i }}</td></tr>{% endfor %}</table></body></html>"
    )
    campaign = world.make_campaign(workspace, sender=sender, format="html", body=pasted)
    html = compiling.compile_revision(freezing.freeze(campaign), "none").parts(make_person()).html
    assert re.search(r'<p style="color: ?red;?">Bob</p>', html)
    assert "@media" in html
    assert re.search(r"<table>.*<td>1</td>.*<td>2</td>.*</table>", html, re.DOTALL)
    campaign.inline_css, campaign.revision = False, 2
    assert "<p>Bob</p>" in (
        compiling.compile_revision(freezing.freeze(campaign), "none").parts(make_person()).html
    )


def test_is_compiled_once_per_revision_and_mode(frozen):
    again = Revision.objects.get(pk=frozen.pk)
    first = compiling.compile_revision(frozen, "none")
    assert compiling.compile_revision(again, "none") is first
    assert compiling.compile_revision(again, "aggregate") is not first

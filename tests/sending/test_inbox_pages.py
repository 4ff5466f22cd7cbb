"""The local inbox as a mail program: lists, mails, frames, and what may not happen in them."""

from email.message import EmailMessage

import pytest
from django.test import Client

from campaigns.accounts.models import Provider, Workspace
from campaigns.sending.inbox import arriving, store
from campaigns.sending.models import InboxMail
from tests import world


def arrive(workspace: Workspace, **fields) -> InboxMail:
    message = EmailMessage()
    message["From"] = "Acme News <news@acme.example>"
    message["To"] = fields.get("to", "pat@example.com")
    message["Subject"] = fields.get("subject", "Hello")
    for name, value in fields.get("headers", {}).items():
        message[name] = value
    message.set_content(fields.get("text", "Plain words"))
    message.add_alternative(
        fields.get("html", "<html><head></head><body>Rich words</body></html>"), subtype="html"
    )
    content = message.as_bytes().replace(b"\n", b"\r\n")
    store.insert([arriving.read(workspace.pk, "news@acme.example", [message["To"]], content)])
    return InboxMail.objects.latest("pk")


def test_an_empty_inbox_says_what_to_do(alice: Client, sender):
    assert "Send a campaign or a test" in alice.get("/inbox/").content.decode()


def test_mails_are_listed_newest_first(alice: Client, workspace, sender):
    arrive(workspace, subject="First")
    arrive(workspace, subject="Zweiter Gruß")
    page = alice.get("/inbox/").content.decode()
    assert page.index("Zweiter Gruß") < page.index("First")


@pytest.mark.parametrize("words", ["robin", "ROBIN@", "spring"])
def test_search_finds_recipients_and_subjects(alice: Client, workspace, sender, words):
    arrive(workspace, to="robin@example.com", subject="Spring sale")
    arrive(workspace, to="pat@example.com", subject="Autumn")
    page = alice.get("/inbox/", {"q": words})
    assert [mail.to_address for mail in page.context["page"]] == ["robin@example.com"]


def test_the_list_never_loads_the_mails_themselves(
    alice: Client, workspace, sender, django_assert_max_num_queries
):
    for _ in range(3):
        arrive(workspace)
    with django_assert_max_num_queries(8) as queries:
        alice.get("/inbox/")
    assert not any('"content"' in query["sql"] for query in queries.captured_queries)


def test_the_menu_leads_to_the_inbox_while_it_is_on(alice: Client, workspace, sender):
    assert 'href="/inbox/"' in alice.get("/settings/").content.decode()
    assert "The local inbox is off" not in alice.get("/inbox/").content.decode()


def test_the_first_real_sender_turns_the_inbox_off(alice: Client, workspace, sender):
    mail = arrive(workspace)
    provider = Provider.objects.create(workspace=workspace, name="P", kind="postmark")
    world.make_sender(workspace, provider=provider)
    assert 'href="/inbox/"' not in alice.get("/settings/").content.decode()
    page = alice.get("/inbox/").content.decode()
    assert "The local inbox is off" in page
    # What it holds stays within reach.
    assert f"/inbox/{mail.pk}/" in page
    assert 'href="/inbox/"' in alice.get("/settings/providers/").content.decode()


def test_the_real_sender_of_another_workspace_turns_nothing_off(alice: Client, sender):
    other = world.make_workspace()
    provider = Provider.objects.create(workspace=other, name="P", kind="postmark")
    world.make_sender(other, provider=provider)
    assert 'href="/inbox/"' in alice.get("/settings/").content.decode()


def test_a_mail_is_shown_in_a_frame_that_runs_nothing(alice: Client, workspace):
    mail = arrive(workspace)
    page = alice.get(f"/inbox/{mail.pk}/").content.decode()
    frame = page.partition("<iframe")[2].partition(">")[0]
    assert f'src="/inbox/{mail.pk}/html/"' in frame
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox allow-same-origin"' in frame


def test_the_frame_loads_the_pixel_and_no_script(alice: Client, workspace, settings):
    settings.TRACKING_URL = "https://t.acme.example"
    mail = arrive(workspace, html="<html><head><title>x</title></head><script>1</script></html>")
    response = alice.get(f"/inbox/{mail.pk}/html/")
    policy = response["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == ["'none'"]
    assert "script-src" not in rules
    assert "https://t.acme.example" in rules["img-src"]
    assert "https:" not in rules["img-src"]
    assert "allow-scripts" not in rules["sandbox"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_blank">' in response.content.decode()


def test_text_and_source_are_shown_escaped(alice: Client, workspace):
    mail = arrive(workspace, text="1 < 2 <script>alert(1)</script>", subject="<b>bold</b>")
    for view in ("text", "source"):
        page = alice.get(f"/inbox/{mail.pk}/", {"view": view}).content.decode()
        assert "<script>alert(1)" not in page
        assert "<b>bold</b>" not in page
        assert "alert(1)" in page


def test_the_source_is_what_came_in(alice: Client, workspace):
    mail = arrive(workspace)
    response = alice.get(f"/inbox/{mail.pk}/source.eml")
    assert response.content == bytes(mail.content)
    assert response["Content-Disposition"] == f'attachment; filename="mail-{mail.pk}.eml"'


def test_the_unsubscribe_header_is_offered_as_mail_programs_do(alice: Client, workspace, settings):
    headers = {
        "List-Unsubscribe": f"<mailto:out@acme.example>, <{settings.PUBLIC_URL}/u/abc/one-click>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mail = arrive(workspace, headers=headers)
    page = alice.get(f"/inbox/{mail.pk}/").content.decode()
    assert '<form method="post" action="/u/abc/one-click" target="_blank">' in page
    assert 'name="List-Unsubscribe" value="One-Click"' in page


def test_a_foreign_unsubscribe_address_is_only_a_link(alice: Client, workspace):
    headers = {
        "List-Unsubscribe": "<https://evil.example/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    page = alice.get(f"/inbox/{arrive(workspace, headers=headers).pk}/").content.decode()
    assert 'action="' not in page.partition("way out")[2].partition("</div>")[0]
    assert 'href="https://evil.example/u/abc"' in page


def test_strangers_see_nothing(stranger: Client, workspace):
    mail = arrive(workspace, subject="Secret plans")
    assert "Secret plans" not in stranger.get("/inbox/").content.decode()
    for path in ("", "html/", "source.eml"):
        assert stranger.get(f"/inbox/{mail.pk}/{path}").status_code == 404
    stranger.post("/inbox/empty/")
    assert InboxMail.objects.filter(pk=mail.pk).exists()


def test_emptying_throws_away_ones_own_mails(alice: Client, workspace):
    arrive(workspace)
    alice.post("/inbox/empty/")
    assert not InboxMail.objects.exists()
    assert workspace.audit.get().details == {"mails": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no headers at all",
        b"Subject: =?nonsense?q?x?=\r\nMessage-ID: <x>\r\n\r\n",
        b"Subject: \xff\xfe\0\r\nContent-Type: text/html; charset=klingon\r\n\r\n<p>\xff",
        b"From: <<>>\r\nList-Unsubscribe: <\r\nContent-Type: multipart/mixed\r\n\r\n--\r\n",
    ],
)
def test_damaged_mails_are_shown_as_far_as_they_go(alice: Client, workspace, content):
    store.insert([arriving.read(workspace.pk, "a@b", ["c@d"], content)])
    mail = InboxMail.objects.get()
    assert alice.get("/inbox/").status_code == 200
    assert alice.get(f"/inbox/{mail.pk}/").status_code == 200
    assert alice.get(f"/inbox/{mail.pk}/html/").status_code == 200


def test_only_the_newest_mails_are_kept(workspace, settings):
    settings.INBOX_LIMIT = 3
    other = world.make_workspace()
    arrive(other, subject="Not mine")
    for number in range(5):
        arrive(workspace, subject=str(number))
    store.prune(workspace.pk)
    store.prune(other.pk)
    kept = workspace.inbox.order_by("pk").values_list("subject", flat=True)
    assert list(kept) == ["2", "3", "4"]
    assert other.inbox.count() == 1

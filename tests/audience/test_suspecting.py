"""Addresses that look odd are shown to members, asked about on forms, and never dropped."""

import pytest
from django.urls import reverse

from campaigns.audience import addresses, suspecting, tasks
from campaigns.audience.models import ImportRemark, SignUp, SignUpForm
from campaigns.audience.segments import applying
from campaigns.audience.sign_ups import signing_up
from tests import world
from tests.audience.files import import_file


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ann@gmial.com", "ann@gmail.com"),
        ("Ann@GMAIL.CON", "Ann@gmail.com"),
        ("ann@gmal.com", "ann@gmail.com"),
        ("ann@gnail.com", "ann@gmail.com"),
        ("ann@hotmali.com", "ann@hotmail.com"),
        ("ann@outlok.com", "ann@outlook.com"),
        ("ann@t-onlinee.de", "ann@t-online.de"),
    ],
)
def test_what_was_meant(written, meant):
    assert suspecting.better(written) == meant


@pytest.mark.parametrize(
    "domain", ["gmail.com", "mail.com", "ymail.com", "live.de", "gmx.net", "example.com", "aol.com"]
)
def test_real_domains_are_left_alone(domain):
    assert suspecting.better(f"ann@{domain}") == ""
    assert suspecting.of(f"ann@{domain}") == []


def test_all_slips_are_domains_and_none_is_a_common_one():
    slips = suspecting.mistyped()
    assert 500 < len(slips) < 3000
    assert not set(slips) & set(slips.values())
    assert all(addresses.key(slip) == slip for slip in slips)


@pytest.mark.parametrize(
    ("email", "odd"),
    [
        ("Info@example.com", ["role"]),
        ("ann@mailinator.com", ["disposable"]),
        ("info@gmial.com", ["role", "mistyped"]),
        ("information.desk@example.com", []),
    ],
)
def test_what_is_odd(email, odd):
    assert suspecting.of(email) == odd


@pytest.mark.django_db
def test_an_import_says_so_and_takes_them(workspace):
    news = world.make_list(workspace)
    one = import_file(news, b"email\nann@gmial.com\ninfo@example.com\nbob@example.com\n")
    assert one.contacts_created == 3
    remark = ImportRemark.objects.get()
    assert remark.imported
    assert "ann@gmail.com" in remark.reason


@pytest.mark.django_db
def test_segments_find_them(workspace):
    for email in ("info@example.com", "ann@mailinator.com", "bob@gmial.com", "eve@example.com"):
        world.make_contact(workspace, email=email)

    def found(how):
        asked = {"match": "all", "of": [{"what": "oddity", "how": how}]}
        segment = workspace.segments.create(name=how, question=asked)
        return list(applying.people(segment).values_list("email", flat=True))

    assert found("role") == ["info@example.com"]
    assert found("disposable") == ["ann@mailinator.com"]
    assert found("mistyped") == ["bob@gmial.com"]


def test_the_page_of_a_contact_shows_it(alice, workspace):
    ann = world.make_contact(workspace, email="info@gmial.com")
    page = alice.get(reverse("audience:contact", args=[ann.pk])).content.decode()
    assert "This address is read by a role" in page
    assert "This address looks mistyped" in page


@pytest.mark.django_db
def test_a_form_asks_once_and_believes_who_sends_it_again(client, workspace, sender, monkeypatch):
    monkeypatch.setattr(tasks.mail_sign_up, "delay_on_commit", signing_up.mail)
    form = SignUpForm.objects.create(
        workspace=workspace,
        list=world.make_list(workspace),
        sender=sender,
        key="key",
        is_open=True,
        language="de",
    )
    address = reverse("audience:join", args=[form.key])
    page = client.post(address, {"email": "ann@gmial.com"})
    assert page.status_code == 422
    assert "Meinten Sie ann@gmail.com?" in page.text
    assert 'name="as_written" value="ann@gmial.com"' in page.text
    assert not SignUp.objects.exists()
    other = {"email": "bob@gmial.com", "as_written": "ann@gmial.com"}
    assert client.post(address, other).status_code == 422
    same = {"email": "ann@gmial.com", "as_written": "ann@gmial.com"}
    assert client.post(address, same).status_code == 302
    assert SignUp.objects.get().email == "ann@gmial.com"

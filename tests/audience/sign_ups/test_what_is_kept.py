"""What a form asks is checked and kept, for as long as a link works."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import forgetting, letters
from campaigns.audience.models import Contact, Field, SignUp, SignUpForm
from campaigns.audience.sign_ups import signing_up
from tests import world
from tests.audience.sign_ups.filling_in import EMAIL, link, sign_up

pytestmark = pytest.mark.django_db


def test_fields_are_asked_checked_and_kept(client, form, mailed, workspace):
    Field.objects.create(workspace=workspace, key="age", label="Age", kind="number")
    colours = {"kind": "choice", "choices": ["red", "blue"]}
    Field.objects.create(workspace=workspace, key="colour", label="Colour", **colours)
    SignUpForm.objects.update(fields=["colour", "age"], asks_name=True)
    wrong = sign_up(client, form, field_age="old", field_colour="green")
    assert wrong.status_code == 422
    assert not SignUp.objects.exists()
    sign_up(client, form, first_name="Ann", field_age="41", field_colour="blue")
    client.post(link(mailed))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.fields) == ("Ann", {"age": 41, "colour": "blue"})


def test_what_is_known_of_somebody_is_not_overwritten_by_a_form(client, form, mailed):
    SignUpForm.objects.update(asks_name=True)
    world.make_contact(form.workspace, email=EMAIL, first_name="Ann")
    sign_up(client, form, first_name="Eve", last_name="Field")
    client.post(link(mailed))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == ("Ann", "Field")


def test_links_expire_and_so_do_sign_ups(client, form, mailed, monkeypatch):
    sign_up(client, form)
    path = link(mailed)
    SignUp.objects.update(asked_at=timezone.now() - signing_up.KEPT - timedelta(hours=1))
    assert signing_up.expire() == 1
    gone = client.post(path)
    assert (gone.status_code, Contact.objects.count()) == (410, 0)
    assert "has expired" in gone.text


@pytest.mark.parametrize("closed", [{"is_open": False}, {"sender": None}])
def test_a_closed_form_takes_nobody(client, form, closed):
    SignUpForm.objects.update(**closed)
    assert sign_up(client, form).status_code == 410
    assert not SignUp.objects.exists()


def test_a_mail_that_no_server_took_is_tried_again_within_the_limit(client, form, monkeypatch):
    monkeypatch.setattr(letters, "_post", [lambda letter: False])
    sign_up(client, form)
    SignUp.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    for _ in range(5):
        for pk in signing_up.unmailed():
            signing_up.mail(pk)
    row = SignUp.objects.get()
    assert (len(row.mailed_at), row.wants_mail) == (signing_up.MAILS_A_DAY, False)


def test_erasing_forgets_the_sign_up_too(client, form, mailed):
    sign_up(client, form)
    client.post(link(mailed))
    forgetting.forget([Contact.objects.get().pk])
    assert not SignUp.objects.exists()


def test_texts_are_the_member_s_where_there_are_some(client, form, mailed):
    SignUpForm.objects.update(
        title="Tulips by mail", confirm_subject="One more step", confirm_text="Press it, please."
    )
    assert "Tulips by mail" in client.get(reverse("audience:join", args=["key"])).text
    sign_up(client, form)
    assert mailed[-1].subject == "One more step"
    assert "Press it, please." in mailed[-1].text
    assert form.workspace.postal_address in mailed[-1].text

"""Recipients are spoken to in their language, and nothing they see is left untranslated."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import translation

from campaigns.audience import languages, tokens
from campaigns.audience.models import SignUpForm
from config import catalogs
from tests import public_words, world

TRANSLATED = sorted(set(languages.SPOKEN) - {languages.OTHERWISE})
HOLES = re.compile(r"%\(\w+\)[sd]")
# With a common space, or none: a colon within an address is none of them.
LOOSE_IN_FRENCH = re.compile("«(?!\u00a0)|(?<!\u00a0)[;?!»]|(?<!\u00a0):(?!//)")


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_of_a_public_page_is_left_untranslated(language):
    source = catalogs.LOCALE_DIR / language / "LC_MESSAGES" / "django.po"
    known = {}
    for message in catalogs.read(source):
        key = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        known[tuple(key)] = texts if all(texts) and not message.fuzzy else ()
    missing = [words for words in sorted(public_words.every()) if not known.get(words)]
    assert missing == []
    for words, texts in known.items():
        for text in texts:
            assert set(HOLES.findall(str(text))) == set(HOLES.findall(words[-1])), text


def test_french_signs_stand_off_by_a_space_at_which_no_line_breaks():
    source = catalogs.LOCALE_DIR / "fr" / "LC_MESSAGES" / "django.po"
    wrong = []
    for message in catalogs.read(source):
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        wrong += [text for text in texts if message.id and LOOSE_IN_FRENCH.search(str(text))]
    assert wrong == []


def test_every_language_that_is_spoken_has_a_catalog():
    assert sorted(path.parts[-3] for path in catalogs.sources()) == TRANSLATED


@pytest.mark.parametrize("source", catalogs.sources(), ids=lambda path: path.parts[-3])
def test_what_is_compiled_is_what_is_written(source):
    assert source.with_suffix(".mo").read_bytes() == catalogs.compiled(source)


def test_the_sources_of_public_texts_are_found():
    found = public_words.every()
    assert ("Yes, you may",) in found  # of a template
    assert ("Welcome to %(list)s",) in found  # of a module
    assert ("Withdrawn",) in found  # of a class
    assert ("This link does not work",) in found  # of a page without Django
    assert ("or",) in found  # with a context
    assert ("No unseen picture was found.",) in found  # handed to a part of a page
    assert ("Not for %(counter)s day", "Not for %(counter)s days") in found


@pytest.mark.parametrize(
    ("own", "browser", "workspace", "spoken"),
    [
        ("de", "fr", "es", "de"),
        ("de-at", "fr", "es", "de"),
        ("", "fr-CA,fr;q=0.9", "es", "fr"),
        ("", "tlh, es;q=0.5", "de", "es"),
        ("tlh", "", "de", "de"),
        ("", "", "", "en"),
        ("", "*", "", "en"),
        ("", "x" * 5000, "", "en"),
    ],
)
def test_the_person_s_own_language_comes_first_then_the_browser_s(
    rf, own, browser, workspace, spoken
):
    request = rf.get("/", headers={"Accept-Language": browser})
    assert languages.of_request(request, first=own, last=workspace) == spoken


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("de", "Abmelden"), ("fr", "Se désinscrire")])
def test_pages_speak_it(client, workspace, language, word):
    contact = world.make_contact(workspace, on=world.make_list(workspace), language=language)
    token = tokens.unsubscribe_token(contact.pk, 1, 1)
    page = client.get(reverse("audience:unsubscribe", args=[token]))
    assert word in page.text
    assert f'<html lang="{language}">' in page.text
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_forms_speak_what_the_browser_asks_for_unless_they_have_their_own(client, workspace):
    form = SignUpForm.objects.create(
        workspace=workspace,
        list=world.make_list(workspace),
        sender=world.make_sender(workspace),
        key="key",
        is_open=True,
    )
    asked = {"Accept-Language": "es"}
    path = reverse("audience:join", args=[form.key])
    assert "Suscribirse" in client.get(path, headers=asked).text
    wrong = client.post(path, {"email": "nonsense"}, headers=asked)
    assert "arroba" in wrong.text
    SignUpForm.objects.update(language="de")
    assert "Anmelden" in client.get(path, headers=asked).text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nothing/", "An dieser Adresse ist nichts"),
        ("/u/no-token/", "An dieser Adresse ist nichts"),
        ("/shared/nothing/", "Dieser Link öffnet keinen Bericht"),
    ],
)
def test_a_link_that_a_mail_broke_is_told_in_the_language_of_the_browser(client, path, words):
    page = client.get(path, headers={"Accept-Language": "de"})
    assert page.status_code == 404
    assert words in page.text
    assert page["Content-Language"] == "de"
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_members_are_told_in_english_that_there_is_nothing(alice):
    page = alice.get("/nothing/", headers={"Accept-Language": "de"})
    assert "There is nothing at this address" in page.text
    assert page["Content-Language"] == "en"


@pytest.mark.django_db
def test_members_pages_stay_english(alice):
    page = alice.get(reverse("audience:lists"), headers={"Accept-Language": "de"})
    assert '<html lang="en"' in page.text

"""What column names suggest, and what cells mean."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import vocabulary
from campaigns.audience.imports import columns


@pytest.mark.parametrize(
    ("names", "targets"),
    [
        ("E-mail address|First Name|Surname|Country", "email first_name last_name country"),
        (
            "E-mailadres|Voornaam|Achternaam|Taal|Land",
            "email first_name last_name language country",
        ),
        ("E-Mail-Adresse|Vorname|Nachname|Sprache", "email first_name last_name language"),
        ("Adresse électronique|Prénom|Nom|Pays", "email first_name last_name country"),
        ("Courriel|Fuseau horaire|Langue", "email time_zone language"),
        ("EMAIL_ADDRESS|tz|Tracking consent", "email time_zone measuring"),
        # MailChimp's export, without what nobody should keep by accident.
        (
            "Email Address|First Name|MEMBER_RATING|OPTIN_IP|LATITUDE|EUID|LAST_CHANGED|TAGS",
            "email first_name - - - - - tags",
        ),
        ("E-mail|E-mail|Name", "email field:e_mail full_name"),
        (
            "Größe|Größe|公司||email",
            "field:grosse field:grosse_2 field:column_3 field:column_4 email",
        ),
        ("First|email|Country", "first_name email country"),
        # One name of both, and one that is what the other is not.
        ("uuid|email|name|status", "- email full_name field:status"),
        ("E-Mail|Vorname|Name", "email first_name last_name"),
        ("E-mailadres|Voornaam|Achternaam|Naam", "email first_name last_name field:naam"),
        ("email|Nom complet|preferred_locale", "email full_name language"),
    ],
)
def test_names_are_understood(names, targets):
    header = names.split("|")
    found = columns.guess(header, [["x"] * len(header)])
    assert [found[n] or "-" for n in range(len(header))] == targets.split()


def test_an_address_column_is_found_by_what_it_holds():
    rows = [["Ann", "ann@example.com", ""], ["Bob", "bob@example.com", ""]]
    assert columns.guess(["Wer", "Wohin", "Leer"], rows) == {0: "field:wer", 1: "email", 2: ""}


@given(st.lists(st.text(max_size=60), min_size=1, max_size=20))
def test_keys_fit_merge_tags_and_each_column_has_its_own(names):
    found = columns.guess(names, [["x"] * len(names)])
    keys = [target for target in found.values() if target]
    assert len(set(keys)) == len(keys)
    for key in keys:
        plain = key.removeprefix("field:")
        assert re.fullmatch(r"[a-z][a-z0-9_]*", plain) and len(plain) <= columns.MAX_KEY
        if key.startswith("field:"):
            assert plain not in {"email", "first_name", "last_name", "language", "country"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NL", "NL"),
        ("nl", "NL"),
        ("Nederland", "NL"),
        ("Niederlande", "NL"),
        ("Pays-Bas", "NL"),
        ("Deutschland", "DE"),
        ("United Kingdom", "GB"),
        ("UK", "GB"),
        ("U.S.", "US"),
        ("États-Unis", "US"),
        ("EU", None),
        ("Narnia", None),
        ("Europe", None),
    ],
)
def test_countries(text, code):
    assert vocabulary.country(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nl", "nl"),
        ("nl_BE", "nl-be"),
        ("Dutch", "nl"),
        ("Nederlands", "nl"),
        ("Français", "fr"),
        ("deutsch", "de"),
        ("zh-Hant", "zh-hant"),
        ("Elvish", None),
        ("nl-be-and-more", None),
    ],
)
def test_languages(text, code):
    assert vocabulary.language(text) == code


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
        ("UTC", "UTC"),
        ("Mars/Base", None),
    ],
)
def test_time_zones(text, zone):
    assert vocabulary.time_zone(text) == zone


@pytest.mark.parametrize(
    ("words", "meaning"),
    [("yes Y ja OUI true 1 x", True), ("no N nee Nein non false 0", False), ("maybe 2 ?", None)],
)
def test_yes_and_no(words, meaning):
    assert {vocabulary.agreement(word) for word in words.split()} == {meaning}

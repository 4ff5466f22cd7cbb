"""Who follows a link that leads nowhere is told so in their language, without Django's pages."""

from __future__ import annotations

import io
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from django.conf import settings
from django.utils import translation

from tracking import pages, wsgi


def follow(accepted: str | None) -> tuple[dict[str, str], str]:
    environ: dict[str, Any] = {"PATH_INFO": "/track/click/forged/1"}
    setup_testing_defaults(environ)
    environ |= {"SCRIPT_NAME": "", "QUERY_STRING": "", "wsgi.input": io.BytesIO()}
    if accepted is not None:
        environ["HTTP_ACCEPT_LANGUAGE"] = accepted
    told: list[Any] = []
    app: Any = validator(wsgi.nothing_else)
    body = app(environ, lambda status, headers, info=None: told.extend((status, headers)))
    page = b"".join(body)
    body.close()
    headers = dict(told[1])
    assert told[0] == "404 Not Found"
    assert int(headers["Content-Length"]) == len(page)
    return headers, page.decode()


@pytest.mark.parametrize(
    ("accepted", "language", "words"),
    [
        ("nl", "nl", "Deze link werkt niet"),
        ("de-AT,en;q=0.7", "de", "Dieser Link funktioniert nicht"),
        ("tlh, es;q=0.3, fr;q=0.9", "fr", "Ce lien ne fonctionne pas"),
        ("ES", "es", "Este enlace no funciona"),
        ("pl", "en", "This link does not work"),
        ("*", "en", "This link does not work"),
        ("", "en", "This link does not work"),
        (None, "en", "This link does not work"),
        ("de" * 4000, "en", "This link does not work"),
        ('"><script>', "en", "This link does not work"),
    ],
)
def test_the_page_speaks_what_the_browser_asks_for(accepted, language, words):
    headers, page = follow(accepted)
    assert f'<html lang="{language}">' in page
    assert f"<title>{words}</title>" in page and f"<h1>{words}</h1>" in page
    assert headers["Content-Language"] == language
    assert translation.get_language() == "en"


def test_no_two_languages_say_it_in_the_same_words():
    told = {pages.not_found(one).partition(b"<h1>")[2] for one in settings.RECIPIENT_LANGUAGES}
    assert len(told) == len(settings.RECIPIENT_LANGUAGES)


def test_once_it_is_made_a_page_is_only_looked_up(monkeypatch):
    follow("nl")
    monkeypatch.setattr(translation, "override", None)
    assert follow("nl")[0]["Content-Language"] == "nl"

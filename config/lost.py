"""The page of an address at which there is nothing."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views import defaults

from campaigns.audience import languages


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say so in the language of the browser: recipients come here by links that mails broke.

    Whoever is signed in, or was, is a member, whose pages are English. The cookie alone tells:
    a page that is asked for by mistake asks the database nothing.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return defaults.page_not_found(request, exception)
    with languages.speaking(languages.of_request(request)):
        response = defaults.page_not_found(request, exception)
        response["Content-Language"] = get_language() or ""
    return response

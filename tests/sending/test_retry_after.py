"""When a provider says how long to wait, in whatever form, that is how long it is left alone."""

import time
from email.utils import formatdate

import pytest
import requests

from campaigns.sending.mailers import errors
from campaigns.sending.outcomes import TransportError

SOON = 90.0


def asked_to_wait(value: str, code: int = 429) -> float:
    response = requests.Response()
    response.status_code = code
    response.headers["Retry-After"] = value
    response._content = b'{"message": "too many requests"}'
    with pytest.raises(TransportError) as caught:
        errors.of_response(response)
    return caught.value.retry_after


@pytest.fixture(params=["UTC", "America/Los_Angeles"])
def _machine_zone(request, monkeypatch):
    """A date of HTTP's is in GMT, wherever the machine is."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_machine_zone")
@pytest.mark.parametrize(
    "form",
    [
        # RFC 9110 5.6.7: what is sent today, and two old forms that have to be understood.
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ],
)
def test_a_date_is_understood_in_all_forms_of_http(form):
    date = time.strftime(form, time.gmtime(time.time() + SOON))
    assert SOON - 3 < asked_to_wait(date) <= SOON


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), (" 7 ", 7), ("1.5", 1.5)])
def test_seconds_are_understood(value, seconds):
    assert asked_to_wait(value) == seconds


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "²", "nan", "inf", "Tue, 99 Foo 2026 99:99:99 GMT"]
)
def test_what_says_nothing_is_half_a_minute(value):
    assert asked_to_wait(value) == 30


def test_a_date_that_has_passed_is_half_a_minute():
    assert asked_to_wait(formatdate(time.time() - 60, usegmt=True)) == 30


@pytest.mark.parametrize("value", ["999999", "9" * 30, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_makes_us_wait_for_more_than_a_day(value):
    assert asked_to_wait(value) == 86_400


def test_a_service_that_is_away_until_a_date_is_left_alone_until_then():
    date = formatdate(time.time() + SOON, usegmt=True)
    assert SOON - 3 < asked_to_wait(date, code=503) <= SOON

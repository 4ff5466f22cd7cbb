"""Logs hold ids, and nobody's address."""

import json
import logging
import logging.config
import re
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from config.logs import logging_config, redact
from tests import endless


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("refused bob.o'hara+x@example.org today", "refused [e-mail] today"),
        ('Key (email)=("x@münchen.example") exists', 'Key (email)=("[e-mail]") exists'),
        ("<ann@a.example>, <ben@b.example>.", "<[e-mail]>, <[e-mail]>."),
        ("from 203.0.113.7:4711", "from [address]:4711"),
        ("from 2001:db8::7 and ::ffff:203.0.113.7", "from [address] and [address]"),
        ("Not Found: /u/abc.d-e_f/one-click", "Not Found: /u/[token]"),
        ("GET /track/click/abc/1?x=1", "GET /track/click/[token]?x=1"),
    ],
)
def test_takes_out_what_names_a_person(line, expected):
    assert redact(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Delivery 4711 was refused at 22:31:05",
        "2026-11-23T22:41:32.707123Z",
        "listening on 127.0.0.1:8000",
        "Django 5.2.19, std::string, 12:30",
    ],
)
def test_leaves_what_names_nobody(line):
    assert redact(line) == line


@given(st.text(alphabet="ab@.'\"=:\\ ", max_size=40))
def test_nothing_that_reads_as_an_address_stays(line):
    assert not re.search(r"[^\s\\\"=:@]@[^\s\\\"=:'@.]", redact(line))


def test_a_line_that_anybody_has_made_long_is_read_once():
    with endless.it_ends():
        assert redact("Not Found: /@ " + "a" * 2_000_000).endswith("aaa")


@pytest.fixture
def json_logger():
    """A logger that formats as production does."""
    config = logging_config(level="INFO", form="json")
    formatter = logging.config.DictConfigurator(config).configure_formatter(
        config["formatters"]["line"]
    )

    def line(record: logging.LogRecord) -> Any:
        return json.loads(formatter.format(record))

    yield line
    structlog.reset_defaults()


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("campaigns.sending", logging.WARNING, "", 1, message, args, None)
    vars(made).update(extra)
    return made


def test_a_line_is_json_with_level_logger_and_time(json_logger):
    line = json_logger(record("Delivery %s was refused", 4711))
    assert line["event"] == "Delivery 4711 was refused"
    assert (line["level"], line["logger"]) == ("warning", "campaigns.sending")
    assert line["timestamp"].endswith("Z")


def test_a_line_carries_ids_and_no_other_extras(json_logger):
    line = json_logger(record("Sent", delivery_id=7, request="GET /?email=ann@a.example"))
    assert line["delivery_id"] == 7
    assert "request" not in line


def test_a_traceback_is_redacted_too(json_logger):
    try:
        raise ValueError("no such person: ann@a.example")
    except ValueError as error:
        made = record("Refused")
        made.exc_info = (type(error), error, error.__traceback__)
    line = json_logger(made)
    assert "ValueError: no such person: [e-mail]" in line["exception"]

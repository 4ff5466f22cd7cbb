"""Logs: JSON lines for machines, readable lines for people, and never anybody's address.

The rule is that nobody logs an address or a leaving link in the first place. The second
wall stands here: every finished line, traceback and all, has what looks like one taken out.
"""

import ipaddress
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

# A backslash ends an address: it belongs to the JSON around it. Looked for where a word begins,
# and not from each letter of it: of an address that anybody asks for, a word may be 60 kB long.
_EMAIL = re.compile(
    r"(?<![^\s\\\"<>(),;:=\[\]{}])[^\s\\\"<>(),;:=\[\]{}]+"
    r"@[^\s\\\"'<>(),;:=\[\]{}@]*[^\s\\\"'<>(),;:=\[\]{}@.]"
)
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F.]*)(?![\w])"
)
# Paths whose rest is a signed token: who reads it could act for its recipient.
_TOKEN = re.compile(r"/(u|p|track/open|track/click)/[^\s\\\"'?#]+")
_HARMLESS = ("127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104  # Not bound to.


def redact(line: str) -> str:
    """Return the line without e-mail addresses, IP addresses and recipients' tokens."""
    if "@" in line:
        line = _EMAIL.sub("[e-mail]", line)
    return _TOKEN.sub(r"/\1/[token]", _ADDRESS.sub(_without_address, line))


def _without_address(match: re.Match[str]) -> str:
    text = match[0]
    if text in _HARMLESS:
        return text
    try:
        ipaddress.ip_address(text.rstrip(".:") if "::" not in text[-2:] else text)
    except ValueError:  # A time of day, or a version.
        return text
    return "[address]"


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Formats every record of every library alike, and redacts the finished line."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _ids_only(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Add the ids that a record carries as extras; other extras may hold a whole request."""
    record = event.get("_record")
    if record is not None:
        for name, value in vars(record).items():
            if name.endswith("_id") or name == "status_code":
                event.setdefault(name, value)
    return event


_COMMON: list[Callable[..., Any]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_RENDERERS: Mapping[str, list[Callable[..., Any]]] = {
    "json": [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    "plain": [
        structlog.dev.ConsoleRenderer(
            colors=False,
            pad_event_to=0,
            # Tracebacks with the values of variables would name people.
            exception_formatter=structlog.dev.plain_traceback,
        )
    ],
}


def logging_config(*, level: str, form: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error, one line each."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_COMMON,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "config.logs.Formatter",
                "foreign_pre_chain": [*_COMMON, _ids_only],
                "processors": [remove_meta, *_RENDERERS[form]],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers mail tracebacks, with the request in them.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Each tick would be told twice, and each start in the words of the broker.
            "celery.worker.consumer.connection": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }

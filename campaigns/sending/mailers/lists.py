"""Calls that take a list of whole mails: how the list is made, and its answer read.

An answer that is shorter than the list, or names somebody else in a place, says nothing of
the others: those are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from campaigns.accounts.models import Provider
from campaigns.sending.outcomes import Outcome, Outgoing, Verdict

ACCEPTED = {"sent", "queued"}
REFUSED = {"invalid", "rejected", "failed"}
SILENCE = Outcome(Verdict.UNKNOWN, text="the provider's answer does not name this mail")
_INACTIVE = re.compile(r"inactive addresses:\s*(.*?)\.\s*Inactive", re.DOTALL)

# Returns None where the answer is of no shape that it knows.
Reader = Callable[[Any, Sequence[Outgoing]], list[Outcome] | None]


@dataclass(frozen=True)
class Way:
    """How one provider takes many mails."""

    path: Callable[[Any], str]
    join: Callable[[Sequence[Any]], Any]
    read: Reader


def told(response: requests.Response) -> Any:
    """Return the JSON of an answer, or None."""
    try:
        return response.json()
    except ValueError:
        return None


def of_status(status: Any) -> Outcome:
    """Read what anymail understood of one recipient."""
    if status is None:
        return SILENCE
    return of_word(str(status.status), str(status.message_id or ""))


def of_word(word: str, message_id: str = "") -> Outcome:
    """Read anymail's word for what became of a mail."""
    if word in ACCEPTED:
        return Outcome(Verdict.SENT, message_id=message_id, text=word)
    if word in REFUSED:
        return Outcome(Verdict.REFUSED, text=f"the provider says: {word}")
    return Outcome(Verdict.UNKNOWN, message_id=message_id, text=word)


def _postmark(answer: Any, mails: Sequence[Outgoing]) -> list[Outcome] | None:
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        return None
    if len(answer) == len(mails):
        return [
            _postmark_one(one) if _speaks_of(one, mail) else SILENCE
            for one, mail in zip(answer, mails, strict=True)
        ]
    found = {address: _postmark_one(one) for one in answer for address in _postmark_names(one)}
    return [found.get(mail.address.lower(), SILENCE) for mail in mails]


def _postmark_one(one: Mapping[str, Any]) -> Outcome:
    code, text = one.get("ErrorCode", 0), str(one.get("Message", ""))
    if code == 0 and one.get("MessageID"):
        return Outcome(Verdict.SENT, message_id=str(one["MessageID"]), text=text)
    if code:
        return Outcome(Verdict.REFUSED, 422, text=f"{code} {text}")
    return SILENCE


def _postmark_names(one: Mapping[str, Any]) -> list[str]:
    """Whom one part of the answer speaks of; refusals name them in words only."""
    if one.get("To"):
        return [str(one["To"]).lower()]
    found = _INACTIVE.search(str(one.get("Message", "")))
    return [name.strip().lower() for name in found[1].split(",")] if found else []


def _speaks_of(one: Mapping[str, Any], mail: Outgoing) -> bool:
    names = _postmark_names(one)
    return not names or mail.address.lower() in names


def _resend(answer: Any, mails: Sequence[Outgoing]) -> list[Outcome] | None:
    ids = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(ids, list):
        return None
    if len(ids) != len(mails) or not all(isinstance(one, dict) and one.get("id") for one in ids):
        return [SILENCE] * len(mails)
    return [Outcome(Verdict.SENT, message_id=str(one["id"]), text="queued") for one in ids]


def _mailtrap(answer: Any, mails: Sequence[Outgoing]) -> list[Outcome] | None:
    parts = answer.get("responses") if isinstance(answer, dict) else None
    if not isinstance(parts, list):
        return None
    if len(parts) != len(mails) or not all(isinstance(one, dict) for one in parts):
        return [SILENCE] * len(mails)
    return [_mailtrap_one(one) for one in parts]


def _mailtrap_one(one: Mapping[str, Any]) -> Outcome:
    ids = one.get("message_ids")
    if one.get("success") and isinstance(ids, list) and ids:
        return Outcome(Verdict.SENT, message_id=str(ids[0]), text="queued")
    if one.get("success") is False:
        return Outcome(Verdict.REFUSED, text=" ".join(map(str, one.get("errors") or ["failed"])))
    return SILENCE


def _mailjet(answer: Any, mails: Sequence[Outgoing]) -> list[Outcome] | None:
    parts = answer.get("Messages") if isinstance(answer, dict) else None
    if not isinstance(parts, list):
        return None
    if len(parts) != len(mails) or not all(isinstance(one, dict) for one in parts):
        found = {name: _mailjet_one(one) for one in parts for name in _mailjet_names(one)}
        return [found.get(mail.address.lower(), SILENCE) for mail in mails]
    return [
        _mailjet_one(one)
        if mail.address.lower() in (_mailjet_names(one) or [mail.address.lower()])
        else SILENCE
        for one, mail in zip(parts, mails, strict=True)
    ]


def _mailjet_one(one: Mapping[str, Any]) -> Outcome:
    people = one.get("To") or [{}]
    if one.get("Status") == "success" and people[0].get("MessageID"):
        return Outcome(Verdict.SENT, message_id=str(people[0]["MessageID"]), text="sent")
    if one.get("Status") == "error":
        words = [str(error.get("ErrorMessage", "")) for error in one.get("Errors") or []]
        return Outcome(Verdict.REFUSED, text=" ".join(words) or "failed")
    return SILENCE


def _mailjet_names(one: Any) -> list[str]:
    people = one.get("To") or [] if isinstance(one, dict) else []
    return [str(person.get("Email", "")).lower() for person in people]


def _whole(payloads: Sequence[Any]) -> list[Any]:
    return [payload.data for payload in payloads]


def _mailjet_list(payloads: Sequence[Any]) -> dict[str, Any]:
    # anymail puts what a single call says among what holds for all.
    return {
        "Messages": [payload.data["Globals"] | payload.data["Messages"][0] for payload in payloads]
    }


WAYS: Mapping[str, Way] = {
    Provider.Kind.POSTMARK: Way(lambda payload: "email/batch", _whole, _postmark),
    Provider.Kind.RESEND: Way(lambda payload: "emails/batch", _whole, _resend),
    Provider.Kind.MAILJET: Way(lambda payload: "send", _mailjet_list, _mailjet),
    Provider.Kind.MAILTRAP: Way(
        lambda payload: payload.get_api_endpoint().replace("send", "batch", 1),
        lambda payloads: {"requests": _whole(payloads)},
        _mailtrap,
    ),
}

"""How a call to a provider's API is read, and how it answers a call for many.

Each reader gives one entry per recipient, and does what the provider does with merge fields: so
a mail out of a batch can be compared with one that was sent alone.
"""

import base64
import email
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import default
from typing import Any
from urllib.parse import parse_qs

Answer = tuple[int, dict[str, str], str]
Mails = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Call:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(value: Any, status: int = 200, **headers: str) -> Answer:
    return (
        status,
        {name.replace("_", "-"): text for name, text in headers.items()},
        json.dumps(value),
    )


def form_of(call: Call) -> dict[str, list[str]]:
    kind = call.headers["Content-Type"]
    if not kind.startswith("multipart/"):
        return parse_qs(call.body.decode(), keep_blank_values=True)
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    fields: dict[str, list[str]] = {}
    for part in BytesParser(policy=default).parsebytes(head + call.body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        fields.setdefault(name, []).append(part.get_content())
    return fields


def mailgun(call: Call) -> Mails:
    form = form_of(call)
    people = json.loads(form.pop("recipient-variables", ["{}"])[0])
    mails: Mails = []
    for to in form["to"]:
        fields = {name: values[0] for name, values in form.items()} | {"to": to}
        for variable, value in people.get(to, {}).items():
            mark = f"%recipient.{variable}%"
            fields = {name: text.replace(mark, value) for name, text in fields.items()}
        mails.append((to, fields))
    return mails


def postmark(call: Call) -> Mails:
    mails = call.json if call.path.endswith("/batch") else [call.json]
    return [(mail["To"], mail) for mail in mails]


def postmark_many(people: list[tuple[str, str]]) -> Answer:
    said = {
        "taken": lambda to: {"ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{to}", "To": to},
        "refused": lambda to: {
            "ErrorCode": 406,
            "Message": "You tried to send to a recipient that has been marked as inactive.\n"
            f" Found inactive addresses: {to}.\n Inactive recipients are ones that bounced.",
        },
    }
    return answer([said[fate](to) for to, fate in people if fate])


def amazon_ses(call: Call) -> Mails:
    fields = call.json
    raw = base64.b64decode(fields["Content"]["Raw"]["Data"])
    fields["raw"], fields["mail"] = raw, email.message_from_bytes(raw)
    return [(fields["Destination"]["ToAddresses"][0], fields)]


def mailjet(call: Call) -> Mails:
    fields = call.json
    return [
        (mail["To"][0]["Email"], fields.get("Globals", {}) | mail) for mail in fields["Messages"]
    ]


def mailjet_many(people: list[tuple[str, str]]) -> Answer:
    said = {
        "taken": lambda to: {
            "Status": "success",
            "To": [{"Email": to, "MessageID": f"mj-{to}", "MessageUUID": "u"}],
            "Cc": [],
            "Bcc": [],
        },
        "refused": lambda to: {
            "Status": "error",
            "Errors": [{"ErrorMessage": f"“{to}” is an invalid email address.", "StatusCode": 400}],
        },
    }
    worst = 400 if any(fate == "refused" for to, fate in people) else 200
    return answer({"Messages": [said[fate](to) for to, fate in people if fate]}, worst)


def sendgrid(call: Call) -> Mails:
    fields = call.json
    mails: Mails = []
    for person in fields.pop("personalizations"):
        text = json.dumps(fields)
        for mark, value in person.get("substitutions", {}).items():
            text = text.replace(mark, json.dumps(value)[1:-1])
        mail = json.loads(text)
        mail["headers"] = mail.get("headers", {}) | person.get("headers", {})
        mail["custom_args"] = mail.get("custom_args", {}) | person.get("custom_args", {})
        mails.append((person["to"][0]["email"], mail))
    return mails


def sparkpost(call: Call) -> Mails:
    fields = call.json
    return [(person["address"]["email"], fields) for person in fields["recipients"]]


def resend(call: Call) -> Mails:
    mails = call.json if call.path.endswith("/batch") else [call.json]
    return [(mail["to"][0], mail) for mail in mails]


def mailtrap(call: Call) -> Mails:
    fields = call.json
    mails = fields["requests"] if call.path.endswith("/batch") else [fields]
    return [(mail["to"][0]["email"], mail) for mail in mails]


def mailtrap_many(people: list[tuple[str, str]]) -> Answer:
    said = {
        "taken": lambda to: {"success": True, "message_ids": [f"mt-{to}"]},
        "refused": lambda to: {"success": False, "errors": [f"{to} is suppressed"]},
    }
    return answer({"success": True, "responses": [said[fate](to) for to, fate in people if fate]})


def to(call: Call) -> Mails:
    return [(call.json["to"][0]["email"], call.json)]


def mandrill(call: Call) -> Mails:
    return [(call.json["message"]["to"][0]["email"], call.json["message"])]


def postal(call: Call) -> Mails:
    return [(call.json["to"][0], call.json)]


def unisender(call: Call) -> Mails:
    fields = call.json["message"]
    return [(fields["recipients"][0]["email"], fields)]


def errors(*words: str) -> str:
    return json.dumps({"errors": [{"message": word} for word in words]})

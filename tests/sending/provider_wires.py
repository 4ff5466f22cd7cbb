"""How each provider's API is spoken to and how it answers, as its documentation says.

`read` gives one entry per recipient, and does what the provider does with merge fields: so
a mail out of a batch can be compared with one that was sent alone.
"""

import base64
import email
import json
from collections.abc import Callable, Mapping
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


@dataclass(frozen=True)
class Wire:
    credentials: dict[str, Any]
    read: Callable[[Call], Mails]
    # The answer to a call for one, with what it is called at the provider.
    taken: Callable[[str], Answer]
    refused: Answer
    wrong_key: Answer
    slow_down: Answer = (429, {"Retry-After": "7"}, '{"message": "too many requests"}')
    # The answer to a call for many: whom it took and whom not, in order; "" says nothing.
    many: Callable[[list[tuple[str, str]]], Answer] | None = None
    # It takes some of a batch and refuses others; else it takes all or nothing.
    partly: bool = False
    # Where it looks for an idempotency key, and what it says to one that it has seen; the
    # first answer again where nothing is said here.
    key: Callable[[Call], str] = lambda call: ""
    again: Answer | None = None
    url: str = "api_url"


def _answer(value: Any, status: int = 200, **headers: str) -> Answer:
    return (
        status,
        {name.replace("_", "-"): text for name, text in headers.items()},
        json.dumps(value),
    )


def _form(call: Call) -> dict[str, list[str]]:
    kind = call.headers["Content-Type"]
    if not kind.startswith("multipart/"):
        return parse_qs(call.body.decode(), keep_blank_values=True)
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    fields: dict[str, list[str]] = {}
    for part in BytesParser(policy=default).parsebytes(head + call.body).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        fields.setdefault(name, []).append(part.get_content())
    return fields


def _mailgun(call: Call) -> Mails:
    form = _form(call)
    people = json.loads(form.pop("recipient-variables", ["{}"])[0])
    mails: Mails = []
    for to in form["to"]:
        fields = {name: values[0] for name, values in form.items()} | {"to": to}
        for variable, value in people.get(to, {}).items():
            mark = f"%recipient.{variable}%"
            fields = {name: text.replace(mark, value) for name, text in fields.items()}
        mails.append((to, fields))
    return mails


def _postmark(call: Call) -> Mails:
    mails = call.json if call.path.endswith("/batch") else [call.json]
    return [(mail["To"], mail) for mail in mails]


def _postmark_many(people: list[tuple[str, str]]) -> Answer:
    said = {
        "taken": lambda to: {"ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{to}", "To": to},
        "refused": lambda to: {
            "ErrorCode": 406,
            "Message": "You tried to send to a recipient that has been marked as inactive.\n"
            f" Found inactive addresses: {to}.\n Inactive recipients are ones that bounced.",
        },
    }
    return _answer([said[fate](to) for to, fate in people if fate])


def _amazon_ses(call: Call) -> Mails:
    fields = call.json
    raw = base64.b64decode(fields["Content"]["Raw"]["Data"])
    fields["raw"], fields["mail"] = raw, email.message_from_bytes(raw)
    return [(fields["Destination"]["ToAddresses"][0], fields)]


def _mailjet(call: Call) -> Mails:
    fields = call.json
    return [
        (mail["To"][0]["Email"], fields.get("Globals", {}) | mail) for mail in fields["Messages"]
    ]


def _mailjet_many(people: list[tuple[str, str]]) -> Answer:
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
    worst = 400 if any(fate == "refused" for _to, fate in people) else 200
    return _answer({"Messages": [said[fate](to) for to, fate in people if fate]}, worst)


def _sendgrid(call: Call) -> Mails:
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


def _sparkpost(call: Call) -> Mails:
    fields = call.json
    return [(person["address"]["email"], fields) for person in fields["recipients"]]


def _resend(call: Call) -> Mails:
    mails = call.json if call.path.endswith("/batch") else [call.json]
    return [(mail["to"][0], mail) for mail in mails]


def _mailtrap(call: Call) -> Mails:
    fields = call.json
    mails = fields["requests"] if call.path.endswith("/batch") else [fields]
    return [(mail["to"][0]["email"], mail) for mail in mails]


def _mailtrap_many(people: list[tuple[str, str]]) -> Answer:
    said = {
        "taken": lambda to: {"success": True, "message_ids": [f"mt-{to}"]},
        "refused": lambda to: {"success": False, "errors": [f"{to} is suppressed"]},
    }
    return _answer({"success": True, "responses": [said[fate](to) for to, fate in people if fate]})


def _to(call: Call) -> Mails:
    return [(call.json["to"][0]["email"], call.json)]


def _mandrill(call: Call) -> Mails:
    return [(call.json["message"]["to"][0]["email"], call.json["message"])]


def _postal(call: Call) -> Mails:
    return [(call.json["to"][0], call.json)]


def _unisender(call: Call) -> Mails:
    fields = call.json["message"]
    return [(fields["recipients"][0]["email"], fields)]


def _errors(*words: str) -> str:
    return json.dumps({"errors": [{"message": word} for word in words]})


WIRES: dict[str, Wire] = {
    "mailgun": Wire(
        {"api_key": "key", "sender_domain": "acme.example"},
        _mailgun,
        lambda to: _answer({"id": f"<mg-{to}>", "message": "Queued. Thank you."}),
        refused=(400, {}, '{"message": "to parameter is not a valid address"}'),
        wrong_key=(401, {}, '{"message": "Invalid private key"}'),
    ),
    "postmark": Wire(
        {"server_token": "token", "message_stream": "broadcast"},
        _postmark,
        lambda to: _answer({"ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{to}", "To": to}),
        refused=(
            422,
            {},
            '{"ErrorCode": 406, "Message": "You tried to send to a recipient that has been marked'
            ' as inactive."}',
        ),
        wrong_key=(
            401,
            {},
            '{"ErrorCode": 10, "Message": "Bad or missing Server API token."}',
        ),
        many=_postmark_many,
        partly=True,
    ),
    "amazon_ses": Wire(
        {"region": "eu-west-1", "access_key": "AK", "secret_key": "SK"},
        _amazon_ses,
        lambda to: _answer({"MessageId": f"ses-{to}"}),
        refused=(
            400,
            {"x-amzn-errortype": "MessageRejected"},
            '{"message": "Email address is not verified."}',
        ),
        wrong_key=(
            403,
            {"x-amzn-errortype": "InvalidSignatureException"},
            '{"message": "The request signature does not match."}',
        ),
        slow_down=(
            429,
            {"x-amzn-errortype": "TooManyRequestsException"},
            '{"message": "Maximum sending rate exceeded."}',
        ),
        url="endpoint_url",
    ),
    "brevo": Wire(
        {"api_key": "key"},
        _to,
        lambda to: _answer({"messageId": f"<br-{to}>"}, 201),
        refused=(400, {}, '{"code": "invalid_parameter", "message": "email is not valid in to"}'),
        wrong_key=(401, {}, '{"code": "unauthorized", "message": "No key found"}'),
        key=lambda call: call.json.get("headers", {}).get("idempotencyKey", ""),
        again=(400, {}, '{"code": "duplicate_request", "message": "Duplicate request"}'),
    ),
    "mailjet": Wire(
        {"api_key": "key", "secret_key": "secret"},
        _mailjet,
        lambda to: _mailjet_many([(to, "taken")]),
        refused=_mailjet_many([("refused", "refused")]),
        wrong_key=(
            401,
            {},
            '{"ErrorIdentifier": "x", "StatusCode": 401, "ErrorCode": "mj-0000",'
            ' "ErrorMessage": "API key authentication failed."}',
        ),
        many=_mailjet_many,
        partly=True,
    ),
    "sendgrid": Wire(
        {"api_key": "key"},
        _sendgrid,
        lambda to: (202, {"X-Message-Id": f"sg-{to}"}, ""),
        refused=(400, {}, _errors("Does not contain a valid address.")),
        wrong_key=(401, {}, _errors("The provided authorization key is invalid")),
        many=lambda people: (202, {"X-Message-Id": "sg-batch"}, ""),
    ),
    "sparkpost": Wire(
        {"api_key": "key"},
        _sparkpost,
        lambda to: _answer(
            {
                "results": {
                    "total_rejected_recipients": 0,
                    "total_accepted_recipients": 1,
                    "id": f"sp-{to}",
                }
            }
        ),
        refused=(422, {}, _errors("invalid recipient address")),
        wrong_key=(401, {}, _errors("Unauthorized key")),
        slow_down=(420, {"Retry-After": "7"}, _errors("Exceed Sending Limit")),
    ),
    "resend": Wire(
        {"api_key": "re_key"},
        _resend,
        lambda to: _answer({"id": f"re-{to}"}),
        refused=(422, {}, '{"name": "validation_error", "message": "Invalid `to` field."}'),
        wrong_key=(401, {}, '{"name": "invalid_api_key", "message": "API key is invalid"}'),
        key=lambda call: call.headers.get("Idempotency-Key", ""),
        many=lambda people: _answer(
            {"data": [{"id": f"re-{to}"} for to, fate in people if fate == "taken"]}
        ),
    ),
    "mailersend": Wire(
        {"api_token": "token"},
        _to,
        lambda to: (202, {"X-Message-Id": f"ms-{to}", "Content-Type": "text/html"}, ""),
        refused=(
            422,
            {},
            '{"message": "The to.0.email must be a valid email address.", "errors": {}}',
        ),
        wrong_key=(401, {}, '{"message": "Unauthenticated: wrong token."}'),
    ),
    "mailtrap": Wire(
        {"api_token": "token"},
        _mailtrap,
        lambda to: _answer({"success": True, "message_ids": [f"mt-{to}"]}),
        refused=(400, {}, '{"success": false, "errors": ["\'to\' address is invalid"]}'),
        wrong_key=(401, {}, '{"success": false, "errors": ["Unauthorized token"]}'),
        many=_mailtrap_many,
        partly=True,
    ),
    "mandrill": Wire(
        {"api_key": "key"},
        _mandrill,
        lambda to: _answer([{"email": to, "status": "sent", "_id": f"md-{to}"}]),
        refused=(
            500,
            {},
            '{"status": "error", "code": -2, "name": "ValidationError",'
            ' "message": "Validation error: to is invalid"}',
        ),
        # Mandrill says so with a 500.
        wrong_key=(
            500,
            {},
            '{"status": "error", "code": -1, "name": "Invalid_Key", "message": "Invalid API key"}',
        ),
    ),
    "postal": Wire(
        {"api_key": "key"},
        _postal,
        lambda to: _answer(
            {
                "status": "success",
                "data": {"message_id": "x", "messages": {to: {"id": f"po-{to}", "token": "t"}}},
            }
        ),
        # Postal says so with a 200.
        refused=_answer(
            {"status": "error", "data": {"code": "ValidationError", "message": "not an address"}}
        ),
        wrong_key=_answer(
            {
                "status": "error",
                "data": {"code": "InvalidServerAPIKey", "message": "The API token is not valid."},
            }
        ),
    ),
    "scaleway": Wire(
        {"secret_key": "secret", "project_id": "project", "region": "fr-par"},
        _to,
        lambda to: _answer({"emails": [{"id": f"sw-{to}", "mail_rcpt": to, "status": "new"}]}),
        refused=(400, {}, '{"message": "invalid argument(s)", "type": "invalid_arguments"}'),
        wrong_key=(403, {}, '{"message": "insufficient permissions of the key"}'),
    ),
    "unisender_go": Wire(
        {"api_key": "key"},
        _unisender,
        lambda to: _answer({"status": "success", "job_id": f"ug-{to}", "emails": [to]}),
        refused=(400, {}, '{"status": "error", "code": 204, "message": "No valid recipients"}'),
        wrong_key=(401, {}, '{"status": "error", "code": 102, "message": "Can not decode key"}'),
    ),
}

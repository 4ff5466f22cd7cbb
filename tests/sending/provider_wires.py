"""How each provider's API is spoken to and how it answers, as its documentation says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.sending import provider_calls
from tests.sending.provider_calls import Answer, Call, Mails


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


WIRES: dict[str, Wire] = {
    "mailgun": Wire(
        {"api_key": "key", "sender_domain": "acme.example"},
        provider_calls.mailgun,
        lambda to: provider_calls.answer({"id": f"<mg-{to}>", "message": "Queued. Thank you."}),
        refused=(400, {}, '{"message": "to parameter is not a valid address"}'),
        wrong_key=(401, {}, '{"message": "Invalid private key"}'),
    ),
    "postmark": Wire(
        {"server_token": "token", "message_stream": "broadcast"},
        provider_calls.postmark,
        lambda to: provider_calls.answer(
            {"ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{to}", "To": to}
        ),
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
        many=provider_calls.postmark_many,
        partly=True,
    ),
    "amazon_ses": Wire(
        {"region": "eu-west-1", "access_key": "AK", "secret_key": "SK"},
        provider_calls.amazon_ses,
        lambda to: provider_calls.answer({"MessageId": f"ses-{to}"}),
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
        provider_calls.to,
        lambda to: provider_calls.answer({"messageId": f"<br-{to}>"}, 201),
        refused=(400, {}, '{"code": "invalid_parameter", "message": "email is not valid in to"}'),
        wrong_key=(401, {}, '{"code": "unauthorized", "message": "No key found"}'),
        key=lambda call: call.json.get("headers", {}).get("idempotencyKey", ""),
        again=(400, {}, '{"code": "duplicate_request", "message": "Duplicate request"}'),
    ),
    "mailjet": Wire(
        {"api_key": "key", "secret_key": "secret"},
        provider_calls.mailjet,
        lambda to: provider_calls.mailjet_many([(to, "taken")]),
        refused=provider_calls.mailjet_many([("refused", "refused")]),
        wrong_key=(
            401,
            {},
            '{"ErrorIdentifier": "x", "StatusCode": 401, "ErrorCode": "mj-0000",'
            ' "ErrorMessage": "API key authentication failed."}',
        ),
        many=provider_calls.mailjet_many,
        partly=True,
    ),
    "sendgrid": Wire(
        {"api_key": "key"},
        provider_calls.sendgrid,
        lambda to: (202, {"X-Message-Id": f"sg-{to}"}, ""),
        refused=(400, {}, provider_calls.errors("Does not contain a valid address.")),
        wrong_key=(401, {}, provider_calls.errors("The provided authorization key is invalid")),
        many=lambda people: (202, {"X-Message-Id": "sg-batch"}, ""),
    ),
    "sparkpost": Wire(
        {"api_key": "key"},
        provider_calls.sparkpost,
        lambda to: provider_calls.answer(
            {
                "results": {
                    "total_rejected_recipients": 0,
                    "total_accepted_recipients": 1,
                    "id": f"sp-{to}",
                }
            }
        ),
        refused=(422, {}, provider_calls.errors("invalid recipient address")),
        wrong_key=(401, {}, provider_calls.errors("Unauthorized key")),
        slow_down=(420, {"Retry-After": "7"}, provider_calls.errors("Exceed Sending Limit")),
    ),
    "resend": Wire(
        {"api_key": "re_key"},
        provider_calls.resend,
        lambda to: provider_calls.answer({"id": f"re-{to}"}),
        refused=(422, {}, '{"name": "validation_error", "message": "Invalid `to` field."}'),
        wrong_key=(401, {}, '{"name": "invalid_api_key", "message": "API key is invalid"}'),
        key=lambda call: call.headers.get("Idempotency-Key", ""),
        many=lambda people: provider_calls.answer(
            {"data": [{"id": f"re-{to}"} for to, fate in people if fate == "taken"]}
        ),
    ),
    "mailersend": Wire(
        {"api_token": "token"},
        provider_calls.to,
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
        provider_calls.mailtrap,
        lambda to: provider_calls.answer({"success": True, "message_ids": [f"mt-{to}"]}),
        refused=(400, {}, '{"success": false, "errors": ["\'to\' address is invalid"]}'),
        wrong_key=(401, {}, '{"success": false, "errors": ["Unauthorized token"]}'),
        many=provider_calls.mailtrap_many,
        partly=True,
    ),
    "mandrill": Wire(
        {"api_key": "key"},
        provider_calls.mandrill,
        lambda to: provider_calls.answer([{"email": to, "status": "sent", "_id": f"md-{to}"}]),
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
        provider_calls.postal,
        lambda to: provider_calls.answer(
            {
                "status": "success",
                "data": {"message_id": "x", "messages": {to: {"id": f"po-{to}", "token": "t"}}},
            }
        ),
        # Postal says so with a 200.
        refused=provider_calls.answer(
            {"status": "error", "data": {"code": "ValidationError", "message": "not an address"}}
        ),
        wrong_key=provider_calls.answer(
            {
                "status": "error",
                "data": {"code": "InvalidServerAPIKey", "message": "The API token is not valid."},
            }
        ),
    ),
    "scaleway": Wire(
        {"secret_key": "secret", "project_id": "project", "region": "fr-par"},
        provider_calls.to,
        lambda to: provider_calls.answer(
            {"emails": [{"id": f"sw-{to}", "mail_rcpt": to, "status": "new"}]}
        ),
        refused=(400, {}, '{"message": "invalid argument(s)", "type": "invalid_arguments"}'),
        wrong_key=(403, {}, '{"message": "insufficient permissions of the key"}'),
    ),
    "unisender_go": Wire(
        {"api_key": "key"},
        provider_calls.unisender,
        lambda to: provider_calls.answer(
            {"status": "success", "job_id": f"ug-{to}", "emails": [to]}
        ),
        refused=(400, {}, '{"status": "error", "code": 204, "message": "No valid recipients"}'),
        wrong_key=(401, {}, '{"status": "error", "code": 102, "message": "Can not decode key"}'),
    ),
}

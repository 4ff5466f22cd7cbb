"""Amazon's notification service, with a key and a certificate of our own making."""

import base64
import io
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from campaigns.sending import sns

HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123abcd.pem"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey = KEY, *, days: int = 30) -> bytes:
    """A certificate that began a hundred days ago and ends in `days`."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=100))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


@dataclass
class Amazon:
    """What is to be found at Amazon's addresses, and what was asked for."""

    pages: dict[str, bytes] = field(default_factory=lambda: {CERTIFICATE: certificate()})
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, **_options: Any) -> Any:
        self.asked.append(url)
        content = self.pages.get(url)
        raw = io.BytesIO(content or b"no such page")
        read = SimpleNamespace(read=lambda most, **_o: raw.read(most))
        return SimpleNamespace(status_code=200 if content is not None else 404, raw=read)


def message(kind: str = "Notification", *, version: str = "2", **fields: str) -> dict[str, str]:
    """A message of Amazon's, signed; what is in `fields` is signed with it."""
    told = {
        "Type": kind,
        "MessageId": str(uuid.uuid4()),
        "TopicArn": TOPIC,
        "Message": "{}",
        "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
    }
    if kind != "Notification":
        told["Token"] = "token"
        told["SubscribeURL"] = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=token"
    told |= fields
    return told | {"Signature": sign(told)}


def sign(told: dict[str, str], key: rsa.RSAPrivateKey = KEY) -> str:
    algorithm = hashes.SHA1() if told["SignatureVersion"] == "1" else hashes.SHA256()
    return base64.b64encode(key.sign(sns.signed_text(told), padding.PKCS1v15(), algorithm)).decode()


def request(told: dict[str, str]) -> dict[str, Any]:
    """The arguments of the client's `post` for a message."""
    return {
        "data": json.dumps(told),
        "content_type": "text/plain",
        "headers": {
            "x-amz-sns-message-type": told.get("Type", ""),
            "x-amz-sns-message-id": told.get("MessageId", ""),
        },
    }

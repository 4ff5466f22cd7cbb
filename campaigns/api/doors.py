"""Let requests in by their key, within its scopes and its share. Cookies open nothing here."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from campaigns.accounts import guessing
from campaigns.accounts.api_keys import opening
from campaigns.accounts.models import ApiKey, User, Workspace
from campaigns.api.problems import ProblemError

Scope = ApiKey.Scope


class Key(HttpBearer):
    """Opens to keys that have all of `scopes`."""

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> ApiKey:
        kind, _space, text = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, text.strip() if kind.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """Return the key; raises the problem that keeps it out."""
        key = opening.find(token)
        if key is None:
            raise _unknown(request, token)
        try:
            opening.count(key)
        except opening.TooManyError as error:
            raise _too_many(error.seconds) from error
        if missing := opening.missing(key, self.scopes):
            raise ProblemError("not-allowed", f"The key lacks the scope {', '.join(missing)}.")
        if not opening.may(key, self.scopes):
            raise ProblemError(
                "not-allowed", "The member for whom the key acts may only look. Ask an owner."
            )
        return key


def workspace(request: HttpRequest) -> Workspace:
    """Return the one workspace that the request may see."""
    return _key(request).workspace


def user(request: HttpRequest) -> User:
    """Return whom the key acts for."""
    member = _key(request).member
    if member is None:
        raise _unknown(request, "")
    return member.user


def key_id(request: HttpRequest) -> int:
    """Return the number of the key."""
    return _key(request).pk


def _key(request: HttpRequest) -> ApiKey:
    found: ApiKey = request.auth  # type: ignore[attr-defined]  # Set where it was let in.
    return found


def _unknown(request: HttpRequest, token: str) -> ProblemError:
    said = "There is no key in the request."
    if token:
        if guessing.has_to_wait(request, "api"):
            return _too_many(guessing.SECONDS)
        guessing.missed(request, "api")
        said = "This key opens nothing: it is wrong, or it was revoked."
    return ProblemError("key-needed", said, headers={"WWW-Authenticate": 'Bearer realm="Candid"'})


def _too_many(seconds: int) -> ProblemError:
    said = f"Go on in {seconds} seconds."
    return ProblemError("too-many-requests", said, headers={"Retry-After": str(seconds)})

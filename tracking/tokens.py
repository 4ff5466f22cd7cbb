"""Sign and read the tokens that pixels and links carry. Pure: knows no framework.

A token is base64url (RFC 4648 § 5, no padding) of

    key id (1 byte) · mode (1 byte) · MAC (12 bytes) · varints

where the varints (LEB128) are the campaign, and in the modes that know a person also the
delivery, the contact and the consent epoch. The MAC is BLAKE2b (RFC 7693) under a key made
for one kind and one mode, so that no token can be passed off as another kind or mode. A
link's number stands beside the token, unsigned: it is looked up among the stored links.

Mails are read for years: this layout is frozen by the golden vectors in its tests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache

from tracking.compact import from_text, text, varint, varints

MAC_BYTES = 12
_HEAD = 2 + MAC_BYTES
# The longest payload: four varints of 64 bits.
_LONGEST = (_HEAD + 4 * 10) * 4 // 3 + 2


class TokenError(Exception):
    """The token was not issued by us, or was damaged on its way."""


class Kind(StrEnum):
    """What a token is for."""

    OPEN = "open"
    CLICK = "click"


class Mode(Enum):
    """How much a token knows. The value is a byte of the layout."""

    AGGREGATE = b"a"  # The campaign only: the same for every recipient.
    INDIVIDUAL = b"i"  # The delivery and the person.
    # The same, of somebody whose opens are not to be known: a click tells of no open then.
    CLICKS = b"c"
    SELF = b"s"  # A test send: answered, never counted.


# The modes that tell people apart.
PERSONAL = frozenset({Mode.INDIVIDUAL, Mode.CLICKS})


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says; the ids are 0 where the mode does not know them."""

    campaign_id: int
    delivery_id: int = 0
    contact_id: int = 0
    epoch: int = 0
    mode: Mode = Mode.AGGREGATE


@dataclass(frozen=True)
class Keyring:
    """Secrets by key id (0–255). New tokens are signed with `current`; all are read."""

    secrets: Mapping[int, bytes]
    current: int


class Signer:
    """Signs and reads tokens with one keyring. Safe to share between threads."""

    def __init__(self, keyring: Keyring) -> None:
        self._current = keyring.current
        # Keyed states, ready to be copied: a copy costs a third of making one anew.
        self._states = {
            (key_id, kind, mode): _state(secret, kind, mode)
            for key_id, secret in keyring.secrets.items()
            for kind in Kind
            for mode in Mode
        }
        # The same by a token's first two bytes: hashing a mode takes longer than its MAC.
        self._heads: dict[Kind, dict[bytes, tuple[Mode, hashlib.blake2b]]] = {
            kind: {} for kind in Kind
        }
        for (key_id, kind, mode), state in self._states.items():
            self._heads[kind][bytes((key_id,)) + mode.value] = (mode, state)
        # Hits come in swarms: of one mail, or of a campaign whose tokens are all alike.
        self._known = lru_cache(maxsize=16_384)(self._read)

    def sign(self, kind: Kind, token: Token) -> str:
        """Return `token` as text that only fits addresses of `kind`."""
        payload = _payload(token)
        state = self._states[self._current, kind, token.mode].copy()
        state.update(payload)
        return text(bytes((self._current,)) + token.mode.value + state.digest() + payload)

    def pair(self, campaign_id: int, mode: Mode) -> Callable[[int, int, int], tuple[str, str]]:
        """Return a maker of the open and the click token of one recipient of a campaign.

        The maker takes the delivery, the contact and the consent epoch.
        """
        campaign = varint(campaign_id)
        head = bytes((self._current,)) + mode.value
        open_state = self._states[self._current, Kind.OPEN, mode]
        click_state = self._states[self._current, Kind.CLICK, mode]

        def make(delivery_id: int, contact_id: int, epoch: int) -> tuple[str, str]:
            payload = campaign + varint(delivery_id) + varint(contact_id) + varint(epoch)
            opened, clicked = open_state.copy(), click_state.copy()
            opened.update(payload)
            clicked.update(payload)
            return (
                text(head + opened.digest() + payload),
                text(head + clicked.digest() + payload),
            )

        if mode is Mode.AGGREGATE:
            token = Token(campaign_id)
            same = (self.sign(Kind.OPEN, token), self.sign(Kind.CLICK, token))
            return lambda delivery_id, contact_id, epoch: same
        return make

    def read(self, kind: Kind, letters: str) -> Token:
        """Return what a token of `kind` says. Raises `TokenError`."""
        return self._known(kind, letters)

    def _read(self, kind: Kind, letters: str) -> Token:
        return _token(*self.verify(kind, letters))

    def verify(self, kind: Kind, letters: str) -> tuple[Mode, bytes]:
        """Return the mode and the packed ids of a token of `kind`. Raises `TokenError`.

        For who need not know what it says: that takes as long as the rest.
        """
        if len(letters) > _LONGEST:
            raise TokenError("too long")
        try:
            raw = from_text(letters)
        except ValueError as error:
            raise TokenError("not as we write it") from error
        if len(raw) <= _HEAD:
            raise TokenError("too short")
        try:
            mode, keyed = self._heads[kind][raw[:2]]
        except KeyError as error:
            raise TokenError("unknown key or mode") from error
        payload = raw[_HEAD:]
        state = keyed.copy()
        state.update(payload)
        if not hmac.compare_digest(state.digest(), raw[2:_HEAD]):
            raise TokenError("wrong MAC")
        return mode, payload


def _state(secret: bytes, kind: Kind, mode: Mode) -> hashlib.blake2b:
    key = hashlib.blake2b(
        mode.value + kind.encode(), key=secret[:64], digest_size=32, person=b"candid.tracking"
    ).digest()
    return hashlib.blake2b(key=key, digest_size=MAC_BYTES)


def _payload(token: Token) -> bytes:
    if token.mode is Mode.AGGREGATE:
        return varint(token.campaign_id)
    ids = (token.campaign_id, token.delivery_id, token.contact_id, token.epoch)
    return b"".join(map(varint, ids))


def _token(mode: Mode, payload: bytes) -> Token:
    try:
        numbers = varints(payload)
    except ValueError as error:
        raise TokenError(str(error)) from error
    if len(numbers) != (1 if mode is Mode.AGGREGATE else 4):
        raise TokenError("wrong number of ids")
    if mode is Mode.AGGREGATE:
        return Token(numbers[0])
    campaign_id, delivery_id, contact_id, epoch = numbers
    return Token(campaign_id, delivery_id, contact_id, epoch, mode)

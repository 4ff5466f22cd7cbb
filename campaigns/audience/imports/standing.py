"""What other products' words say about a person: do they want mail, and may they be mailed?

Words are those of the products' own exports (MailChimp, listmonk, Keila, Mautic, Brevo,
Substack), and what people write. A word that nobody knows is no permission: its row is left out.
Pure.
"""

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from campaigns.audience import vocabulary

SUBSCRIBED = ""
UNSUBSCRIBED = "unsubscribed"
BOUNCED = "bounced"
COMPLAINED = "complained"
BLOCKED = "blocked"

_MAILCHIMP = re.compile(r"(subscribed|unsubscribed|cleaned|nonsubscribed)_.*export")


class StandingError(Exception):
    """The person must not be put on a list; the message says why."""


def _words(text: str, standing: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), standing)


# As `_bare` leaves them. listmonk's "disabled" people get no mail; Keila's "unreachable" and
# MailChimp's "cleaned" bounced; "not mailed" is of our own files.
_MEANINGS: Mapping[str, str] = {
    **_words("subscribed active enabled confirmed optedin optin abonniert aktiv", SUBSCRIBED),
    **_words("ingeschreven actief abonné inscrit actif suscrito activo", SUBSCRIBED),
    **_words("unsubscribed disabled inactive optedout optout removed left", UNSUBSCRIBED),
    **_words("abgemeldet inaktiv uitgeschreven afgemeld désabonné désinscrit", UNSUBSCRIBED),
    **_words("desuscrito baja unsub", UNSUBSCRIBED),
    **_words("cleaned bounced bounce hardbounce hardbounced unreachable invalid", BOUNCED),
    **_words("complained complaint spam spamcomplaint abuse", COMPLAINED),
    **_words("blocklisted blacklisted blocked suppressed donotcontact banned notmailed", BLOCKED),
}
NEVER_AGREED = "nonsubscribed"
_NOT_YET = frozenset(
    (NEVER_AGREED, "pending", "unconfirmed", "notsubscribed", "transactional", "archived")
)


def read(word: str) -> str:
    """Return the standing that a cell means. Raises `StandingError`."""
    bare = _bare(word)
    if not bare:
        return SUBSCRIBED
    if bare in _NOT_YET:
        raise StandingError(_("“%(word)s”: this person never agreed to get mail.") % {"word": word})
    if bare not in _MEANINGS:
        raise StandingError(
            _("“%(word)s” does not say whether this person wants mail.") % {"word": word[:40]}
        )
    return _MEANINGS[bare]


def read_opted_out(word: str) -> str:
    """Return the standing that the answer to “wants no mail?” means. Raises `StandingError`."""
    if not word:
        return SUBSCRIBED
    # Mautic gives the number of its reason: 1 left, 2 bounced, 3 was stopped by a member.
    if word in {"2", "3"}:
        return BOUNCED if word == "2" else BLOCKED
    answer = vocabulary.agreement(word)
    if answer is None:
        return read(word)
    return UNSUBSCRIBED if answer else SUBSCRIBED


def all_known(words: Iterable[str]) -> bool:
    """Whether all of the words tell a standing, so that their column probably does."""
    bare = [_bare(word) for word in words if word.strip()]
    return bool(bare) and all(word in _MEANINGS or word in _NOT_YET for word in bare)


def all_answers(words: Iterable[str]) -> bool:
    """Whether all of the words answer whether a person wants no mail."""
    try:
        for word in words:
            read_opted_out(word)
    except StandingError:
        return False
    return True


def of_file(names: Iterable[str], targets: Iterable[str]) -> str:
    """Return what the columns say of everybody in the file: MailChimp has one file per standing.

    Where one of what they become (`targets`) tells each person's own, they say nothing of all.
    """
    found = {name.strip().upper() for name in names}
    if "standing" in targets:
        return SUBSCRIBED
    if "CLEAN_TIME" in found:
        return BOUNCED
    return UNSUBSCRIBED if "UNSUB_TIME" in found else SUBSCRIBED


def of_name(name: str) -> str:
    """Return what the name of a table says of everybody in it, in MailChimp's words; "" if nothing.

    Its exports are called `subscribed_members_export_1a2b.csv` and the like.
    """
    found = _MAILCHIMP.match(name.rpartition("/")[2].lower())
    return found[1] if found else ""


def _bare(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())

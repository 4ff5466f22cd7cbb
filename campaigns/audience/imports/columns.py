"""What the columns of a file become: what can be chosen, and what their names suggest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from campaigns.audience.imports import standing

IGNORE = ""
EMAIL = "email"
FULL_NAME = "full_name"
MEASURING = "measuring"
STANDING = "standing"
OPTED_OUT = "opted_out"
TAGS = "tags"
PROOF = "proof"
JSON = "json"
FIELD = "field:"
MAX_KEY = 40
# In the order of the mapping page.
TARGETS = (
    (IGNORE, _("Leave out")),
    (EMAIL, _("E-mail address")),
    ("first_name", _("First name")),
    ("last_name", _("Last name")),
    (FULL_NAME, _("First and last name in one")),
    ("language", _("Language")),
    ("country", _("Country")),
    ("time_zone", _("Time zone")),
    (STANDING, _("Status: subscribed, unsubscribed, bounced …")),
    (OPTED_OUT, _("Wants no mail: yes or no")),
    (TAGS, _("Tags, separated by commas")),
    (PROOF, _("Proof that they agreed to get mail")),
    (MEASURING, _("May be measured: yes or no")),
    (JSON, _("Further fields, as JSON")),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Header names in English, Dutch, German, French and Spanish, as `bare` leaves them.
_NAMES: Mapping[str, frozenset[str]] = {
    EMAIL: _words(
        "email emails emailaddress mail mailaddress emailadres emailadresse mailadresse epost "
        "epostadresse adressemail adresseemail courriel adressecourriel adresseelectronique "
        "correo correoelectronico subscriberemail contactemail emailaddress1"
    ),
    "first_name": _words(
        "firstname first forename givenname fname voornaam roepnaam vorname rufname prenom nombre"
    ),
    "last_name": _words(
        "lastname last surname familyname lname achternaam familienaam nachname familienname "
        "nom nomdefamille apellido apellidos"
    ),
    # "Name" beside a first name is the last one; see `_name_beside`.
    FULL_NAME: _words(
        "name fullname contactname displayname subscribername naam volledigenaam vollername "
        "vollstandigername nomcomplet nometprenom prenomnom nombrecompleto nombreyapellidos"
    ),
    "language": _words(
        "language lang locale preferredlocale languagecode taal taalcode sprache langue idioma"
    ),
    "country": _words(
        "country countrycode countryname cc land landcode landkode laendercode landercode pays "
        "codepays pais"
    ),
    "time_zone": _words("timezone tz zoneinfo tijdzone zeitzone fuseauhoraire zonahoraria"),
    MEASURING: _words(
        "agreedtobemeasured agreedtomeasuring measuring measuringconsent maybemeasured tracking "
        "trackingconsent trackingpermission consenttotracking metentoegestaan toestemmingmeten "
        "magmeten trackingtoestemming messung messungerlaubt trackingeinwilligung "
        "trackingerlaubt mesure consentementmesure mesureautorisee accordmesure "
        "consentementsuivi"
    ),
    # "Status" may as well be anything else: see `_is_doubtful`.
    STANDING: _words(
        "status subscriptionstatus subscriberstatus emailstatus contactstatus marketingstatus "
        "emailmarketing emailmarketingconsent abostatus statut estado"
    ),
    OPTED_OUT: _words(
        "optedout optout emailoptout emailoptedout hasoptedoutofemail donotemail donotcontact dnc "
        "emaildisabled emailblacklisted blacklisted blocklisted emailblocklisted unsubscribed "
        "isunsubscribed"
    ),
    TAGS: _words("tags tag labels label etiketten schlagworte etiquettes etiquetas"),
    PROOF: _words("proof optinproof consentproof optinsource proofofconsent"),
    JSON: _words("attributes data customfields"),
    # What other products add of their own, and what nobody should keep by accident.
    IGNORE: _words(
        "ip ipaddress optinip confirmip ipaddresssignup leid euid latitude longitude gmtoff "
        "dstoff memberrating id uuid externalid contactid webid unsubcampaignid cleancampaignid "
        "unsubcampaigntitle cleancampaigntitle unsubtime cleantime lastchanged "
        # Of our own files.
        "lists listsleft addedutc sinceutc"
    ),
}
_RESERVED = frozenset({"email", "first_name", "last_name", "language", "country", "time_zone"})


def guess(names: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[int, str]:
    """Return what each column probably becomes; each target but fields is given once."""
    samples = list(rows)
    chosen: dict[int, str] = {}
    named = [_target_named(name) for name in names]
    for number, name in enumerate(names):
        target = _name_beside(named[number], named)
        cells = [cell for row in samples if (cell := _cell(row, number))]
        taken = target != IGNORE and target in chosen.values()
        if target is None or taken or _is_doubtful(target, cells):
            target = _as_field(name, number, chosen)
        if target.startswith(FIELD) and not any(_cell(row, number) for row in samples):
            target = IGNORE
        chosen[number] = target
    if EMAIL not in chosen.values():
        _guess_address(chosen, samples)
    return chosen


def field_key(name: str, number: int) -> str:
    """Return the merge-tag key for a column of this name: `company_size` for “Company size”."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_KEY].strip("_")
    if not key or not key[0].isalpha() or key in _RESERVED:
        key = f"column_{number + 1}" if not key else f"column_{key}"[:MAX_KEY]
    return key


def is_address(name: str) -> bool:
    """Whether a column of this name probably holds the e-mail address."""
    return _target_named(name) == EMAIL


def is_field(target: str) -> bool:
    """Whether `target` names a field of the workspace's own."""
    return re.fullmatch(rf"{FIELD}[a-z][a-z0-9_]{{0,{MAX_KEY - 1}}}", target) is not None


def bare(name: str) -> str:
    """Return a column's name without accents, case, spaces and signs."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain)


def _name_beside(target: str | None, others: Collection[str | None]) -> str | None:
    """Return what a column called “Name” is, beside columns that were called `others`."""
    if target != FULL_NAME or "last_name" in others:
        return None if target == FULL_NAME else target
    return "last_name" if "first_name" in others else target


def _is_doubtful(target: str, cells: Sequence[str]) -> bool:
    """Whether the cells do not bear out what the name suggests."""
    match target:
        case "standing":
            return not standing.all_known(cells)
        case "opted_out":
            return not standing.all_answers(cells)
        case "json":
            return not all(cell.startswith("{") for cell in cells)
        case _:
            return False


def _as_field(name: str, number: int, chosen: Mapping[int, str]) -> str:
    target = FIELD + field_key(name, number)
    if target in chosen.values():
        target = f"{target[: len(FIELD) + MAX_KEY - 4]}_{number + 1}"
    return target


def _target_named(name: str) -> str | None:
    words = bare(name)
    return next((target for target, names in _NAMES.items() if words in names), None)


def _guess_address(chosen: dict[int, str], samples: Sequence[Sequence[str]]) -> None:
    for number in chosen:
        cells = [cell for row in samples if (cell := _cell(row, number))]
        if cells and sum("@" in cell for cell in cells) * 2 > len(cells):
            chosen[number] = EMAIL
            return


def _cell(row: Sequence[str], number: int) -> str:
    return row[number].strip() if number < len(row) else ""

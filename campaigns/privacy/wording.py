"""What the columns of a person's rows are called, and what their signs mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.audience.models import (
    Change,
    Consent,
    ConsentEntry,
    Purpose,
    Resemblance,
    Subscription,
    Suppression,
    Unsubscription,
)
from campaigns.reports import places, reasons, verdicts
from campaigns.sending.models import Delivery
from tracking import hits, networks, signatures

LABELS: Mapping[str, str | Promise] = {
    "action": _("What was to be done"),
    "address": _("Sent to"),
    "age": _("Seconds after the mail"),
    "answer": _("What it was"),
    "asked_at": _("Filled in"),
    "at": _("When"),
    "attempt": _("Tries"),
    "basis": _("On which ground"),
    "basis_note": _("Note on the ground"),
    "beside": _("What came with it"),
    "blocked_at": _("Was refused as unwanted"),
    "cells": _("What it said"),
    "city": _("City"),
    "click_mode": _("Measuring of clicks"),
    "clicks_machine": _("Clicks by machines"),
    "clicks_sure": _("Your clicks"),
    "clicks_uncertain": _("Perhaps your clicks"),
    "client": _("Program"),
    "code": _("Answer code of the mail server"),
    "complained_at": _("Reported as spam"),
    "confirmed_at": _("Confirmed"),
    "country": _("Country"),
    "created_at": _("Added"),
    "deleted_on": _("Is deleted on"),
    "delivered_at": _("Arrived"),
    "description": _("In its words"),
    "details": _("From what, to what"),
    "device": _("Device"),
    "dismissed_at": _("A member said that you are not one person"),
    "done_at": _("Handed over"),
    "email": _("E-mail"),
    "enhanced_code": _("Status code of the mail server"),
    "evidence": _("Where you said it"),
    "family": _("Kind of program"),
    "fields": _("Other facts"),
    "file": _("File"),
    "first_click_at": _("First click"),
    "first_name": _("First name"),
    "first_open_at": _("First open"),
    "first_tried_at": _("First tried"),
    "flags": _("What your program sent along"),
    "from_address": _("From"),
    "group": _("Group"),
    "hard_bounced_at": _("Came back for good"),
    "imported": _("Imported but for a part"),
    "kind": _("What"),
    "language": _("Language"),
    "last_at": _("Last seen with this mail"),
    "last_name": _("Last name"),
    "last_seen_on": _("Last seen"),
    "latest_at": _("Last hit of any kind"),
    "learned_zone": _("Time zone, learned from your clicks"),
    "line": _("Line of the file"),
    "list": _("List"),
    "mail": _("Mail"),
    "mailed_at": _("Mailed to you"),
    "measuring": _("Your answer about opens"),
    "measuring_clicks": _("Your answer about clicks, where it is another"),
    "measuring_notice": _("The words about measuring that you agreed to"),
    "message_id": _("Number of the message"),
    "mode": _("Measuring of opens"),
    "network": _("Kind of network"),
    "note": _("Note"),
    "notice": _("The words you answered to"),
    "notice_sha256": _("SHA-256 of these words"),
    "notice_version": _("Version of these words"),
    "number": _("Number of the link"),
    "opens_machine": _("Image loads by machines"),
    "opens_sure": _("Your opens"),
    "opens_uncertain": _("Perhaps your opens"),
    "os": _("Operating system"),
    "paused_until": _("No mails until"),
    "provider": _("Mail service"),
    "purpose": _("About"),
    "reason": _("Why"),
    "received_at": _("We heard of it"),
    "region": _("Region"),
    "reject_reason": _("Why it was refused"),
    "rules": _("Version of the rules"),
    "said_at": _("Said at"),
    "segments": _("In which segments you were"),
    "severity": _("How lasting"),
    "size": _("Bytes"),
    "soft_bounced_at": _("Came back for now"),
    "source": _("How"),
    "state": _("State"),
    "status": _("State"),
    "subject": _("Subject"),
    "subscribed_at": _("Joined"),
    "tag": _("Word"),
    "text": _("Note"),
    "time_zone": _("Time zone"),
    "to_address": _("To"),
    "undone_at": _("Taken back"),
    "unsubscribed_at": _("Left"),
    "updated_at": _("Changed"),
    "url": _("Link"),
    "verdict": _("Taken for"),
    "what": _("What was done"),
    "why": _("Your reason"),
}
FLAGS: Mapping[str, str | Promise] = {
    hits.PREFETCH: _("said that it fetches in advance"),
    hits.FETCH_METADATA: _("said what it fetches for"),
    hits.LANGUAGE: _("said a language"),
    hits.NAVIGATION: _("wanted to show a page"),
    hits.NO_NAVIGATION: _("wanted to show no page"),
    hits.SECURE: _("came over https"),
}
# Signs of hits that no class of choices names. What is not here is the name of a program.
HITS: Mapping[str, Mapping[str, str | Promise]] = {
    "kind": {"open": _("A mail was opened"), "click": _("A link was followed")},
    "device": {
        "desktop": _("Computer"),
        "mobile": _("Phone"),
        "tablet": _("Tablet"),
        "other": _("Another device"),
    },
    "network": {
        networks.RELAY: _("A relay that hides where it comes from"),
        networks.DATA_CENTRE: _("A data centre"),
        networks.LOCAL: _("A private network"),
    },
    "family": {
        signatures.NONE: _("Says nothing of itself"),
        signatures.BARE: _("Says next to nothing of itself"),
        signatures.CRAWLER: _("A search robot"),
        signatures.BROWSER: _("A browser"),
        signatures.OLD_BROWSER: _("An old browser"),
        signatures.APPLE_MAIL: _("Apple Mail, or a program like it"),
        signatures.APP: _("A part of an app"),
        signatures.OTHER: _("Another program"),
    },
}
# What members chose many people for, and what came back into a sender's mailbox.
EDITS: Mapping[str, str | Promise] = {
    "set_field": _("Change a fact"),
    "add_tags": _("Put a word on people"),
    "remove_tags": _("Take a word off people"),
    "subscribe": _("Put people on a list"),
    "unsubscribe": _("Take people off a list"),
    "suppress": _("Mail people nothing any more"),
    "stop_measuring": _("Measure people no more"),
    "erase": _("Erase people"),
}
RETURNS: Mapping[str, str | Promise] = {
    "bounced": _("A mail that came back"),
    "complained": _("A report of spam"),
    "unsubscribed": _("A mail by which you left"),
    "ignored": _("An automatic reply, or a notice"),
    "foreign": _("A mail that proves nothing"),
    "unreadable": _("A mail that was not understood"),
}
# What stands beside an answer, to prove it.
EVIDENCE: Mapping[str, str | Promise] = {
    "address": _("Sent to"),
    "api_key": _("Key of a program, by number"),
    "basis": _("On which ground"),
    "bulk_edit": _("Change of many, by number"),
    "campaign": _("Mail, by number"),
    "confirmed": _("Confirmed"),
    "file": _("File"),
    "form": _("Form, by number"),
    "import": _("Import, by number"),
    "line": _("Line of the file"),
    "list": _("List, by number"),
    "name": _("List"),
    "note": _("Note"),
    "statement": _("In the sender’s words"),
    "stays": _("Wanted to stay"),
    "undone": _("Taken back"),
}
PROOFS: Mapping[str, str | Promise] = {"by mail": _("by mail"), "True": _("Yes")}
NOT_KEPT = (
    _("Your internet address"),
    _("The full name that your program gives itself"),
    _("Cookies, or anything else on your device"),
)


def explained(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its signs in words, beside what stands for them in the database."""
    found = dict(row)
    if "verdict" in found:
        found["verdict"] = str(verdicts.of(found["verdict"]).title)
        found["reason"] = reasons.words(found["reason"])
        found["flags"] = ", ".join(str(FLAGS.get(flag, flag)) for flag in found["flags"])
        # Kept in tenths.
        found["age"] = None if found["age"] is None else found["age"] / 10
    return found


# What the codes in the database stand for, by section and column; the file keeps the codes.
VALUES: Mapping[str, Mapping[str, type[TextChoices]]] = {
    "alike": {"reason": Resemblance.Reason},
    "profile": {"measuring": Consent, "measuring_clicks": Consent},
    "changes": {"what": Change.What, "source": Change.Source},
    "lists": {"status": Subscription.Status, "basis": Subscription.Basis},
    "answers": {"purpose": Purpose, "state": Consent, "source": ConsentEntry.Source},
    "leavings": {"source": Unsubscription.Source, "why": Unsubscription.Why},
    "stops": {"reason": Suppression.Reason, "source": Suppression.Source},
    "mails": {"mode": Delivery.Mode, "click_mode": Delivery.Mode, "state": Delivery.State},
}


def value(section: str, name: str, code: Any) -> Any:
    """Return a value as people read it: a code in words, anything else as it is."""
    if section == "answers" and name == "evidence":
        return {_told(EVIDENCE, sign): _proof(sign, proof) for sign, proof in code.items()}
    if section in ("profile", "befores", "hits", "deeds") and name == "country":
        return places.name(code) if code else code
    if section == "hits" and name == "beside":
        return reasons.words(code) if code else code
    if section in ("hits", "deeds") and name in HITS:
        return _told(HITS[name], code)
    if section == "chosen" and name == "action":
        return _told(EDITS, code)
    if section == "returned" and name == "answer":
        return _told(RETURNS, code)
    choices = VALUES.get(section, {}).get(name)
    return str(choices(code).label) if choices and code in choices.values else code


def _told(words: Mapping[str, str | Promise], code: str) -> str:
    return str(words.get(code, code))


def _proof(sign: str, proof: Any) -> Any:
    if sign == "basis" and proof in Subscription.Basis.values:
        return str(Subscription.Basis(proof).label)
    return _told(PROOFS, str(proof)) if isinstance(proof, str | bool) else proof


def label(name: str) -> str:
    """Return what a column is called."""
    return str(LABELS[name])

"""People, the lists they are on, what they agreed to, and who must not be mailed."""

from campaigns.audience.models.changes import BulkEdit, BulkEditPerson, Change
from campaigns.audience.models.consent import Consent, ConsentEntry, Notice, Purpose
from campaigns.audience.models.duplicates import Merger, Resemblance, ResemblanceLook, Sweep
from campaigns.audience.models.imports import Import, ImportBefore, ImportRemark
from campaigns.audience.models.leaving import SuppressedDomain, Suppression, Unsubscription
from campaigns.audience.models.list_bits import ListBits, ListChange
from campaigns.audience.models.notes import Note
from campaigns.audience.models.people import Contact, Field, List, Subscription
from campaigns.audience.models.segments import Segment
from campaigns.audience.models.sign_ups import SignUp, SignUpForm
from campaigns.audience.models.tags import Tag, Tagging
from campaigns.audience.models.tracking import Tracking
from campaigns.audience.models.words import Unworded, Wording

__all__ = [
    "BulkEdit",
    "BulkEditPerson",
    "Change",
    "Consent",
    "ConsentEntry",
    "Contact",
    "Field",
    "Import",
    "ImportBefore",
    "ImportRemark",
    "List",
    "ListBits",
    "ListChange",
    "Merger",
    "Note",
    "Notice",
    "Purpose",
    "Resemblance",
    "ResemblanceLook",
    "Segment",
    "SignUp",
    "SignUpForm",
    "Subscription",
    "SuppressedDomain",
    "Suppression",
    "Sweep",
    "Tag",
    "Tagging",
    "Tracking",
    "Unsubscription",
    "Unworded",
    "Wording",
]

"""What programs get told of people, lists and segments, and what they may ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, ValidationInfo, model_validator

from campaigns.api import reading

# PostgreSQL's bigint.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Value = str | int | float | bool
Said = Literal["unknown", "granted", "refused", "withdrawn"]
Status = Literal["subscribed", "unsubscribed"]


class Strict(Schema):
    """What is sent to us: what we do not know is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Asked(Strict):
    """A query string. A filter that is mistyped must not find everybody."""

    @model_validator(mode="before")
    @classmethod
    def _knows_all_names(cls, value: Any, info: ValidationInfo) -> Any:
        # Only what is known comes here by itself; ninja gives the request along.
        if info.context:
            reading.refuse_unknown(info.context["request"], cls.model_fields)
        return value


class PageOf(Schema):
    """The place where the next page begins, to be sent as `at`; null at the end."""

    next: str | None


class Turning(Asked):
    """How far to read at once, and from where on."""

    limit: int = Field(100, ge=1, le=500, description="How many at most.")
    at: str = Field("", max_length=600, description="`next` of the page before.")


class ListShape(Schema):
    """A list, with how many people are on it and how many left it."""

    id: int
    name: str
    description: str
    subscribed: int
    unsubscribed: int
    created_at: datetime


class ListPage(PageOf):
    items: list[ListShape]


class NewList(Strict):
    name: str = Field(min_length=1, max_length=120)
    description: str = Field(
        "", max_length=300, description="One line that readers see when they choose what to get."
    )


class ListPatch(Strict):
    """What changes. What is left out stays."""

    name: str = Field("", min_length=1, max_length=120)
    description: str = Field("", max_length=300)


class FieldShape(Schema):
    """A field that the workspace keeps of its contacts; `key` is what `fields` is read by."""

    key: str
    label: str
    kind: Literal["text", "number", "date", "yes_no", "choice"]
    choices: list[str]


class Fields(Schema):
    items: list[FieldShape]


class TagShape(Schema):
    id: int
    name: str


class TagPage(PageOf):
    items: list[TagShape]


class SubscriptionShape(Schema):
    """How a contact is or was on a list, and on what basis they are mailed."""

    list: int
    name: str
    status: Status
    since: datetime
    basis: Literal["consent", "customer", "other"]


class MeasuringShape(Schema):
    """What the person said about being measured."""

    opens: Said
    clicks: Said


class ContactShape(Schema):
    """A person."""

    id: int
    email: str
    first_name: str
    last_name: str
    language: str
    country: str
    time_zone: str
    fields: dict[str, Value]
    tags: list[str]
    lists: list[SubscriptionShape]
    measuring: MeasuringShape
    # Nothing is mailed to the address, whatever list it is on.
    suppressed: bool
    paused_until: datetime | None
    created_at: datetime
    updated_at: datetime


class ContactPage(PageOf):
    items: list[ContactShape]


class Wanted(Turning):
    """Which contacts, and in what order."""

    list: Id | None = Field(None, description="On this list, by id.")
    status: Status | None = Field(
        None, description="How they are on the list; without a list, on any. Left out: either."
    )
    tag: str | None = Field(None, max_length=80, description="With the tag of this name.")
    segment: Id | None = Field(None, description="In this segment, by id.")
    q: str | None = Field(
        None,
        max_length=200,
        description="Whose address, names or text fields have words that begin so. At most 1,000 "
        "are found. For one address, use lookup: it is in no log.",
    )
    sort: Literal["added", "-added"] = Field(
        "-added", description="By when they were added; with a minus, the newest first."
    )


class Lookup(Strict):
    email: str = Field(max_length=320)


class SegmentShape(Schema):
    """A saved question. `people` is as last counted, null where it was not."""

    id: int
    name: str
    sentence: str
    # It names what is gone, or cannot be asked any more: nobody is in it.
    broken: bool
    people: int | None
    counted_at: datetime | None
    updated_at: datetime


class OneSegment(SegmentShape):
    question: dict[str, Any] = Field(description="The question as JSON: see docs/segments.md.")


class SegmentPage(PageOf):
    items: list[SegmentShape]


class Question(Strict):
    question: dict[str, Any] = Field(description="The question as JSON: see docs/segments.md.")


class Validity(Schema):
    """Whether a question may be asked; if not, `at` says where it is wrong, and `error` why."""

    valid: bool
    sentence: str
    at: str
    error: str


class Count(Schema):
    """How many people certainly are in it, and of how many that cannot be known."""

    people: int
    unseen: int


class SuppressionShape(Schema):
    reason: Literal[
        "hard_bounce",
        "soft_bounces",
        "complaint",
        "unsubscribed_all",
        "manual",
        "erased",
        "domain",
    ]
    since: datetime


class Mailed(Schema):
    """Whether an address may be mailed, and every reason why not."""

    suppressed: bool
    reasons: list[SuppressionShape]


class Basis(Strict):
    """Why the person may be mailed. Without one nobody is put on a list."""

    basis: Literal["consent", "customer", "other"]
    note: str = Field(
        min_length=1,
        max_length=300,
        description="Where and when they asked, or the other basis in a few words.",
    )


class Joining(Basis):
    list: Id


class Texts(Strict):
    first_name: str | None = Field(None, max_length=120)
    last_name: str | None = Field(None, max_length=120)
    language: str | None = Field(None, max_length=60, description="Such as “nl” or “Dutch”.")
    country: str | None = Field(None, max_length=60, description="Such as “NL” or “France”.")
    time_zone: str | None = Field(None, max_length=64, description="Such as “Europe/Paris”.")
    fields: dict[str, Value | None] = Field(
        default_factory=dict, max_length=100, description="By key, as `/fields` has them."
    )


class Patch(Texts):
    """What changes. What is left out stays; null or empty takes away."""


class NewContact(Texts):
    """A person, who may be a contact already; then `known` says what becomes of what we know."""

    email: str = Field(max_length=320)
    known: Literal["overwrite", "fill", "skip"] = Field(
        "overwrite",
        description="As with imports: replace what we know by what is sent, fill in only what is "
        "empty, or leave it. What is sent empty never takes anything away.",
    )
    tags: list[Annotated[str, Field(max_length=80)]] = Field(default_factory=list, max_length=50)
    join: Joining | None = Field(None, description="A list to put them on, and why.")


class TagChange(Strict):
    """Tags to put on, and to take off. A tag that is new is made."""

    add: list[Annotated[str, Field(max_length=80)]] = Field(default_factory=list, max_length=50)
    remove: list[Annotated[str, Field(max_length=80)]] = Field(default_factory=list, max_length=50)


class MeasuringAnswer(Strict):
    """What the person said about being measured."""

    answer: Literal["granted", "refused"]
    statement: str = Field(
        "",
        max_length=500,
        description="The words they agreed to. Without them nobody has agreed to anything.",
    )
    said_at: datetime | None = Field(None, description="When they said so.")

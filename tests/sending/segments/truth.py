"""The answers of conditions, worked out in Python from plain facts: True, False, or None (unknown).

Written from docs/segments.md, not from the compiler, and slow on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any


@dataclass
class Mail:
    """One mail to a person."""

    campaign: int
    measured: bool = True
    old: bool = False
    withdrawn: bool = False
    # Came back: nobody can have read it.
    bounced: bool = False
    # "sure", "perhaps" or nothing.
    opened: str = ""
    clicked: str = ""
    link: int = 0
    country: str = ""
    device: str = ""

    @property
    def age(self) -> int:
        """How many days ago it was sent, and read if it was."""
        return 200 if self.old else 5


@dataclass
class Person:
    """What is known of one person."""

    email: str
    first_name: str = ""
    country: str = ""
    language: str = ""
    added: date = date(2020, 1, 1)
    agreed: bool = False
    # List id: "subscribed" or "unsubscribed".
    lists: dict[int, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    suppressed: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    tags: set[int] = field(default_factory=set)
    # The import they came by, and those that put them on a list.
    came_by: int = 0
    listed_by: set[int] = field(default_factory=set)
    # How many days ago: joined lists, agreed to be measured, said they want to stay, were seen.
    joined: dict[int, int] = field(default_factory=dict)
    agreed_for: int = 0
    stays_since: int | None = None
    seen: int | None = None
    odd: str = ""


@dataclass(frozen=True)
class Setting:
    """What relative conditions need: today, and the campaigns, the newest first."""

    today: date
    campaigns: list[int]
    # Field id: key.
    keys: dict[int, str]


def answer(part: dict[str, Any], person: Person, setting: Setting) -> Any:
    """Answer a question, in three values."""
    if "match" not in part:
        return _condition(part, person, setting)
    found = [answer(one, person, setting) for one in part["of"]]
    match part["match"]:
        case "all":
            return False if False in found else None if None in found else True
        case "any":
            return True if True in found else None if None in found else False
    return False if True in found else None if None in found else True


def _condition(one: dict[str, Any], person: Person, setting: Setting) -> Any:
    match one["what"], one["how"]:
        case "email", "domain":
            return person.email.endswith("@" + one["value"])
        case ("email" | "first_name") as what, how:
            return _text(getattr(person, what), how, one.get("value", ""))
        case ("country" | "language") as what, how:
            value = getattr(person, what)
            return {
                "known": lambda: value != "",
                "unknown": lambda: value == "",
                "is": lambda: value in one["values"],
                "is_not": lambda: value not in one["values"],
            }[how]()
        case "added", "in_last":
            return (setting.today - person.added).days <= one["days"]
        case "added", "before_last":
            return (setting.today - person.added).days > one["days"]
        case "added", "anniversary":
            coming = [setting.today + timedelta(days=n) for n in range(one["days"] + 1)]
            return person.added < setting.today and any(
                _is_anniversary(person.added, day) for day in coming
            )
        case "added", how:
            return {
                "on": lambda: person.added == _day(one["day"]),
                "before": lambda: person.added < _day(one["day"]),
                "from": lambda: person.added >= _day(one["day"]),
                "between": lambda: _day(one["first"]) <= person.added <= _day(one["last"]),
            }[how]()
        case "list", how:
            states = person.lists
            return {
                "on": lambda: states.get(one["list"]) == "subscribed",
                "not_on": lambda: states.get(one["list"]) != "subscribed",
                "left": lambda: states.get(one["list"]) == "unsubscribed",
                "on_any": lambda: "subscribed" in states.values(),
                "on_none": lambda: "subscribed" not in states.values(),
            }[how]()
        case "tag", how:
            return {
                "has": lambda: one["tag"] in person.tags,
                "has_not": lambda: one["tag"] not in person.tags,
                "any": lambda: bool(person.tags),
                "none": lambda: not person.tags,
            }[how]()
        case "import", how:
            return {
                "by": lambda: person.came_by == one["import"],
                "not_by": lambda: person.came_by != one["import"],
                "listed": lambda: one["import"] in person.listed_by,
                "any": lambda: person.came_by != 0,
                "none": lambda: person.came_by == 0,
            }[how]()
        case what, how if what.endswith("_field"):
            value = person.fields.get(setting.keys[one["field"]])
            return _own(what.removesuffix("_field"), how, one, value, setting.today)
        case "measuring", how:
            return person.agreed if how == "agreed" else how == "not_asked" and not person.agreed
        case "seen", how:
            return _seen(person, how, one)
        case "quiet", "for":
            return _quiet(person, one["days"], setting)
        case "oddity", how:
            return person.odd == how
        case "joined", how:
            since = person.joined.get(one["list"])
            is_on = since is not None and person.lists[one["list"]] == "subscribed"
            return is_on and (since <= one["days"]) == (how == "in_last")
        case "mailed", how:
            return person.suppressed == (how == "no")
        case "sent", "in_last":
            return any(mail.age <= one["days"] for mail in person.mails)
        case ("opened" | "clicked") as what, "in_last":
            return _lately(one["days"], what, person, setting)
        case "sent", how:
            return _sent(one, how, person, setting)
        case "opened" | "clicked", _how:
            return _did(one, person, setting)
        case ("read_in" | "device") as what, _is:
            facet = "country" if what == "read_in" else "device"
            values = [getattr(mail, facet) for mail in person.mails if getattr(mail, facet)]
            return bool(set(values) & set(one["values"])) if values else None
    raise AssertionError(one)


def _seen(person: Person, how: str, one: dict[str, Any]) -> Any:
    if person.seen is None:
        return (how == "never" and person.agreed) or None
    return how != "never" and (person.seen <= one["days"]) == (how == "in_last")


def _quiet(person: Person, days: int, setting: Setting) -> Any:
    """Who has done, joined or said something is heard; who might have is nobody's business."""
    here_for = (setting.today - person.added).days
    heard = [here_for, *person.joined.values(), person.seen, person.stays_since]
    if any(ago is not None and ago <= days for ago in heard):
        return False
    perhaps = [mail for mail in person.mails if "perhaps" in (mail.opened, mail.clicked)]
    known = person.agreed and person.agreed_for > days
    return True if known and not any(mail.age <= days for mail in perhaps) else None


def _lately(days: int, what: str, person: Person, setting: Setting) -> Any:
    # Nobody clicks without having opened.
    done = ("opened", "clicked") if what == "opened" else ("clicked",)
    if any(
        getattr(mail, deed) == "sure" and mail.age <= days for mail in person.mails for deed in done
    ):
        return True
    ever = _did({"what": what, "how": "any"}, person, setting)
    return False if ever is False else None


def _text(value: str, how: str, given: str) -> Any:
    value, given = value.upper(), given.upper()
    return {
        "is": value == given,
        "is_not": value != given,
        "contains": given in value,
        "contains_not": given not in value,
        "starts": value.startswith(given),
        "ends": value.endswith(given),
        "known": value != "",
        "unknown": value == "",
    }[how]


def _own(kind: str, how: str, one: dict[str, Any], value: Any, today: date) -> Any:
    if how in ("known", "unknown"):
        return (value in (None, "")) == (how == "unknown")
    match kind:
        case "text":
            return _text(value or "", how, one["value"])
        case "choice":
            return ((value or "") in one["values"]) == (how == "is")
        case "yes_no":
            return value is (how == "yes")
    if value is None:
        return False
    if kind == "number":
        return {
            "is": lambda: value == one["value"],
            "over": lambda: value > one["value"],
            "under": lambda: value < one["value"],
            "between": lambda: one["least"] <= value <= one["most"],
        }[how]()
    day = _day(value)
    if how == "anniversary":
        return any(_is_anniversary(day, today + timedelta(days=n)) for n in range(one["days"] + 1))
    return {
        "in_last": lambda: (today - day).days <= one["days"],
        "before_last": lambda: (today - day).days > one["days"],
        "on": lambda: day == _day(one["day"]),
        "before": lambda: day < _day(one["day"]),
        "from": lambda: day >= _day(one["day"]),
        "between": lambda: _day(one["first"]) <= day <= _day(one["last"]),
    }[how]()


def _is_anniversary(day: date, today: date) -> Any:
    if (day.month, day.day) == (2, 29) and (today.month, today.day) == (2, 28):
        return (today + timedelta(days=1)).day == 1
    return (day.month, day.day) == (today.month, today.day)


def _mails(one: dict[str, Any], person: Person, setting: Setting) -> list[Mail]:
    wanted = setting.campaigns
    if "campaign" in one:
        wanted = [one["campaign"]]
    elif "last" in one:
        wanted = wanted[: one["last"]]
    return [mail for mail in person.mails if mail.campaign in wanted]


def _sent(one: dict[str, Any], how: str, person: Person, setting: Setting) -> Any:
    got = bool(_mails(one, person, setting))
    return not got if how in ("not_campaign", "never", "not_last") else got


def _did(one: dict[str, Any], person: Person, setting: Setting) -> Any:
    mails = _mails(one, person, setting)
    how, opens = one["how"], one["what"] == "opened"
    each = [_one(mail, person, opens=opens, link=one.get("link")) for mail in mails]
    if how == "often":
        return _often(one["times"], each, mails, opens=opens)
    done = True if True in each else None if None in each else False
    if how in ("not_campaign", "not_last", "never"):
        return False if not mails else None if done is None else not done
    return done


def _often(times: int, each: list[bool | None], mails: list[Mail], *, opens: bool) -> Any:
    if each.count(True) >= times:
        return True
    return False if len(each) - each.count(False) < times else None


def _one(mail: Mail, person: Person, *, opens: bool, link: int | None) -> Any:
    said = mail.opened if opens else mail.clicked
    if opens and mail.clicked == "sure":
        said = "sure"
    elif opens and mail.clicked == "perhaps" and not said:
        said = "perhaps"
    if said == "sure" and (link is None or link == mail.link):
        return True
    known = mail.measured and not mail.withdrawn and (not mail.old or person.agreed)
    if not (known or mail.bounced) or said == "perhaps":
        return None
    # Which links were clicked perhaps is not kept; sure clicks on other links are other links.
    return False


def _day(text: str) -> date:
    return date.fromisoformat(text)

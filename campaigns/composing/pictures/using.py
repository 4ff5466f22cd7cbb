"""Where a picture is shown. Who keeps texts elsewhere registers how to look through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from campaigns.composing.pictures import querysets
from campaigns.composing.pictures.models import Picture


@dataclass(frozen=True)
class Use:
    """Something that shows a picture: what it is called, where it is, and how it stands."""

    name: str
    url: str
    status: str


# Asked with a workspace and the key of a picture, which stands in each address of it.
Question = Callable[[int, str], list[Use]]
_questions: list[Question] = []


def register(question: Question) -> None:
    """Look through texts that this room does not know of, when asked where a picture is used."""
    if question not in _questions:
        _questions.append(question)


def uses(picture: Picture) -> list[Use]:
    """Return all that shows the picture: campaigns first, the newest at the top."""
    found = [
        Use(name, reverse("sending:campaign", args=[pk]), status)
        for pk, name, status in querysets.campaigns_with(picture.workspace_id, picture.key)
    ]
    return found + [
        use for question in _questions for use in question(picture.workspace_id, picture.key)
    ]

"""Save a form, also when somebody else saves one of the same name at the same moment."""

from __future__ import annotations

from typing import Protocol, TypeVar

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

M_co = TypeVar("M_co", covariant=True)


class Saves(Protocol[M_co]):
    """A form that writes down what it was filled in with."""

    def is_valid(self) -> bool: ...
    def full_clean(self) -> None: ...
    def add_error(self, field: str | None, error: forms.ValidationError | str) -> None: ...
    def save(self) -> M_co: ...


def saved(form: Saves[M_co]) -> M_co | None:
    """Save a form and return what it is about. None: it cannot be, and the form says why."""
    for is_second in (False, True):
        if is_second:
            # Asked anew, it sees what somebody else has saved since, and says it as ever.
            form.full_clean()
        if not form.is_valid():
            return None
        try:
            with transaction.atomic():
                return form.save()
        except IntegrityError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise
    form.add_error(None, _("Somebody else saved this at the same moment. Please look again."))
    return None

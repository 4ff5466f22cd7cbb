"""The field for what somebody wrote, which comes out of a form as it went in."""

from __future__ import annotations

from typing import Any

from django import forms


class SourceField(forms.CharField):
    """A text to the letter, blanks at its ends too.

    Browsers send each line end as two characters, whatever it was
    (https://html.spec.whatwg.org/#multipart-form-data): here it is one.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"strip": False}))

    def to_python(self, value: Any) -> str:
        """Return the text, each of its line ends a line feed."""
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

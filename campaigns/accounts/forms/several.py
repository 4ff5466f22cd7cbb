"""Several of many, chosen in a list of boxes that opens and is searched by typing."""

from typing import Any

from django import forms


class Several(forms.CheckboxSelectMultiple):
    """Draws `templates/cotton/several.html`; for choices without groups."""

    template_name = "django/forms/widgets/several.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the context with `options`: each value as forms send it, and its label."""
        # Not by way of `optgroups`, which makes a dict of ten for each of thousands of choices.
        context = forms.Widget.get_context(self, name, value, attrs)
        context["widget"]["options"] = [(str(one), label) for one, label in self.choices]
        return context

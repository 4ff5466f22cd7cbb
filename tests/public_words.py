"""Find every text that a recipient's page or letter may show, in the sources themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from config.env import BASE_DIR

# What recipients see: their pages and letters, and the words that stand in them.
TEMPLATES = (
    "404.html",
    "public.html",
    "audience/public/*.html",
    "audience/unavailable.html",
    "composing/publishing/*.html",
    "composing/public_inspector.html",
    "composing/inspecting/*.html",
    "reports/shared.html",
    "reports/shared_nothing.html",
    "reports/shared_wait.html",
    "reports/parts/print.html",
    "sending/no_web_version.html",
    "privacy/*.html",
    "cotton/chart.html",
    "cotton/form_errors.html",
    "cotton/parts/*.html",
)
# For members only.
NOT_PUBLIC = {
    "privacy/erase_contact.html",
    "composing/publishing/edit.html",
    "composing/inspecting/_own.html",
}
MODULES = (
    "audience/addresses.py",
    "audience/choosing.py",
    "audience/letters.py",
    "audience/moving.py",
    "audience/sign_ups/fields.py",
    "audience/sign_ups/words.py",
    "audience/staying.py",
    "audience/models/changes.py",
    "audience/models/consent.py",
    "audience/models/duplicates.py",
    "audience/models/leaving.py",
    "audience/models/people.py",
    "composing/disclosing.py",
    "composing/footer.py",
    "composing/inspecting/forms.py",
    "composing/inspecting/inspection.py",
    "composing/inspecting/tools.py",
    "composing/inspecting/views.py",
    "composing/sunset/words.py",
    "composing/templatetags/inspecting.py",
    "sending/models/__init__.py",
    "privacy/known.py",
    "privacy/links.py",
    "privacy/wording.py",
    "reports/reasons.py",
    "reports/shared_report.py",
    "reports/verdicts.py",
)
# Of these only what one of the classes holds.
CLASSES = {
    "audience/models/changes.py": {"What", "Source"},
    "audience/models/consent.py": {"Consent", "Purpose", "Source"},
    "audience/models/duplicates.py": {"Reason"},
    "audience/models/leaving.py": {"Why", "Source", "Reason"},
    "audience/models/people.py": {"Status", "Basis"},
    "sending/models/__init__.py": {"State", "Mode"},
}
# Which of a call's arguments are the words.
_FIRST, _BOTH, _SECOND = slice(0, 1), slice(0, 2), slice(1, 2)
CALLS = {
    **{"_": _FIRST, "gettext": _FIRST, "gettext_lazy": _FIRST},
    **{"ngettext": _BOTH, "pgettext": _SECOND},
}
_CALL = re.compile(r"\b([np]?gettext|_)\(\s*(?:u)?")

Words = tuple[str, ...]


def every() -> set[Words]:
    """Return the texts, each with its plural if it has one."""
    found: set[Words] = set()
    for pattern in TEMPLATES:
        for path in sorted((BASE_DIR / "templates").glob(pattern)):
            if str(path.relative_to(BASE_DIR / "templates")) not in NOT_PUBLIC:
                found.update(_of_template(path))
    for name in MODULES:
        tree = ast.parse((BASE_DIR / "campaigns" / name).read_text())
        found.update(_of_tree(tree, CLASSES.get(name)))
    found.update(_of_tree(ast.parse((BASE_DIR / "tracking" / "pages.py").read_text()), None))
    return found


def _of_template(path: Path) -> Iterator[Words]:
    source = templatize(path.read_text(), origin=str(path))
    for match in _CALL.finditer(source):
        call = _call_at(source, match.start())
        if call is not None:
            yield from _of_call(call)


def _call_at(source: str, start: int) -> ast.Call | None:
    """Parse the call that begins there; what is around it is no Python."""
    for end in re.finditer(r"\)", source[start:]):
        try:
            node = ast.parse(source[start : start + end.end()], mode="eval").body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _of_tree(tree: ast.AST, classes: set[str] | None) -> Iterator[Words]:
    if classes is not None:
        wanted = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.name in classes
        ]
        for one in wanted:
            yield from _of_tree(one, None)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(call: ast.Call) -> Iterator[Words]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    texts = [
        one.value
        for one in call.args[CALLS.get(name, slice(0))]
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    if texts:
        yield tuple(texts)

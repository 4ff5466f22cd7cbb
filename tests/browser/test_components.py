"""The components and the assets: complete, tied together, and all our own."""

import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from config.env import BASE_DIR

TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "icons" not in path.parts]
STYLES = sorted((BASE_DIR / "static").rglob("*.css"))
SCRIPTS = sorted((BASE_DIR / "static" / "js").rglob("*.js"))


class NameForm(forms.Form):
    name = forms.CharField(help_text="As readers see it")
    colour = forms.ChoiceField(choices=[("red", "Red"), ("blue", "Blue")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)


def render(source: str, address: str = "/", **context: object) -> str:
    template = engines["django"].from_string(CottonCompiler().process(source))
    html = template.render(context, RequestFactory().get(address))
    return re.sub(r"\s+", " ", html)


def test_field_ties_label_help_and_error_to_its_control():
    html = render('<c-field :field="form.name" />', form=NameForm({}))
    assert 'for="id_name"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert "This field is required." in html
    assert 'class="form-control"' in html


def test_choices_are_a_group_with_a_legend():
    html = render('<c-field :field="form.colour" />', form=NameForm({}))
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('class="form-check-input"') == 2
    assert 'id="id_colour_error"' in html


def test_field_says_when_it_may_be_left_out():
    html = render('<c-field :field="form.note" />', form=NameForm())
    assert "optional" in html


SEVERAL = '<c-several id="x" name="v" label="Which" :options="options" :chosen="chosen" />'


def test_several_says_what_is_chosen_and_who_it_asks():
    options = [("a", "Ann <a>"), ("b", "Bob"), ("c", "Cid")]
    html = render(SEVERAL, options=options, chosen=["a", "c"])
    assert 'id="x" data-several role="group" aria-label="Which"' in html
    assert ">2 chosen: Ann &lt;a&gt;, Cid</span></summary>" in html
    assert re.findall(r'name="v" value="(.)" checked', html) == ["a", "c"]
    assert html.count('type="checkbox"') == 3
    assert ">Choose …</span></summary>" in render(SEVERAL, options=options, chosen="")


@pytest.mark.parametrize(("count", "is_searched"), [(8, False), (9, True)])
def test_several_of_many_are_searched(count, is_searched):
    html = render(SEVERAL, options=[(str(one), one) for one in range(count)], chosen=[])
    assert ('type="search"' in html) == is_searched
    # What is searched for is not sent along.
    assert not re.search(r'<input[^>]*type="search"[^>]* name=', html)


@pytest.mark.parametrize(("count", "is_searched"), [(12, False), (13, True)])
def test_a_long_list_of_boxes_is_searched_and_one_of_radios_never(count, is_searched):
    choices = [(one, f"List {one}") for one in range(count)]
    for widget in (forms.CheckboxSelectMultiple, forms.RadioSelect):
        html = widget(choices=choices).render("lists", [], {"id": "id_lists"})
        searched = is_searched and widget is forms.CheckboxSelectMultiple
        assert ('type="search"' in html) == searched
        assert html.count("<div") == html.count("</div>")
        assert html.count('class="form-check-input"') == count


def test_form_errors_lead_to_their_fields():
    html = render('<c-form-errors :form="form" />', form=NameForm({}))
    assert 'role="alert"' in html
    assert 'href="#id_name"' in html
    assert 'href="#id_note"' not in html


def test_form_without_errors_says_nothing():
    html = render('<c-form-errors :form="form" />', form=NameForm({"name": "A", "colour": "red"}))
    assert html.strip() == ""


def test_pager_keeps_the_question():
    page = Paginator(range(1_500), 10).page(2)
    html = render('<c-pager :page="page" />', "/contacts/?q=ada&page=2", page=page)
    assert 'href="?q=ada&amp;page=1"' in html
    assert 'href="?q=ada&amp;page=3"' in html
    assert "11–20 of 1,500" in html


@pytest.mark.parametrize(
    ("address", "expected_order", "expected_link"),
    [
        ("/?q=a&page=3", None, "?q=a&amp;sort=email"),
        ("/?sort=email", "ascending", "?sort=-email"),
        ("/?sort=-email", "descending", "?sort=email"),
    ],
)
def test_sort_turns_round_and_goes_back_to_the_first_page(address, expected_order, expected_link):
    html = render('<c-sort name="email" label="E-mail" />', address)
    assert f'href="{expected_link}"' in html
    assert (f'aria-sort="{expected_order}"' in html) == (expected_order is not None)


def test_search_keeps_the_other_filters():
    html = render('<c-search placeholder="Find" />', "/?q=ada&status=sent&page=4")
    assert 'value="ada"' in html
    assert '<input type="hidden" name="status" value="sent">' in html
    assert 'name="page"' not in html


def test_search_escapes_what_was_searched_for():
    assert "<script" not in render("<c-search />", "/?q=%22%3E%3Cscript%3E&x=%3Cscript%3E")


def test_components_do_not_see_the_page_around_them():
    assert "Secret" not in render('<c-card class="x">body</c-card>', title="Secret")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_page_names_only_icons_that_exist(path: Path):
    names = re.findall(r'(?:<c-icon name|\bicon)="([a-z0-9-]+)"', path.read_text())
    missing = [
        name for name in names if not (BASE_DIR / f"templates/cotton/icons/{name}.html").exists()
    ]
    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_no_page_chooses_several_in_a_way_that_wants_ctrl(path: Path):
    assert not re.search(r"<select[^>]*\bmultiple\b", path.read_text())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_page_runs_no_inline_script(path: Path):
    html = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", html)
    assert "hx-on" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_page_loads_nothing_from_other_hosts(path: Path):
    loads = re.findall(
        r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(https?://[^"]*)', path.read_text()
    )
    assert loads == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_style_loads_nothing_from_other_hosts(path: Path):
    assert re.findall(r"@import[^;]*|url\(\s*[\"']?(?:https?:)?//[^)]*", path.read_text()) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_makes_no_code_out_of_text(path: Path):
    code = path.read_text()
    assert not re.search(r"\beval\(|new Function|innerHTML\s*=|document\.write", code)


def test_vendored_libraries_carry_version_and_licence():
    for folder in (BASE_DIR / "static" / "vendor").iterdir():
        names = {path.name for path in folder.iterdir()}
        assert any(name.startswith("LICENSE") for name in names), folder.name
        assert names & {"VERSION", "README", "README.md"}, folder.name

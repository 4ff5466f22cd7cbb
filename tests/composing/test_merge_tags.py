"""Merge tags: what may be said, how it is escaped, and that nothing else can be reached."""

import socket
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.composing import limits, merge_tags, slots
from campaigns.composing.marks import Marks
from campaigns.composing.merge_tags import MergeTagError

FIELDS = (*merge_tags.PERSON_FIELDS, "company")
LINKS = {
    "unsubscribe_url": lambda token: f"https://c.example/u/{token}/",
    "preferences_url": lambda token: f"/p/{token}/",
    "web_version_url": lambda token: f"/v/{token}/",
    "stay_url": lambda token: f"/u/{token}/stay",
}


def person(**contact):
    return slots.Person(
        uuid_hex="0" * 32,
        address="bob@example.com",
        contact=contact,
        open_token="o",
        click_token="c",
        unsubscribe_token="u",
    )


def fill(source, *, escape=True, words=False, **contact):
    marks = Marks(source)
    masked = merge_tags.mask(source, marks)
    text = slots.Compiler(LINKS, escape=escape, words=words).compile(marks.split(masked))
    return text.fill(person(**contact))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hi {{ contact.first_name }}!", "Hi Bob!"),
        ("Hi {{contact.first_name}}!", "Hi Bob!"),
        ('Hi {{ contact["first_name"] }}!', "Hi Bob!"),
        ('{{ contact.last_name | default: "friend" }}', "friend"),
        ('{{ contact.first_name | default: "friend" | upcase }}', "BOB"),
        ("{{ contact.first_name | downcase | capitalize }}", "Bob"),
        ("{{ contact.first_name | append: '!' | truncate: 3 }}", "..."),
        ("{{ '2026-03-01' | date: '%d.%m.%Y' }}", "01.03.2026"),
        ("a {%- if true -%} b {%- endif -%} c", "abc"),
        ("a {{- contact.first_name -}} b", "aBobb"),
        ("{% if contact.first_name == 'Bob' %}yes{% else %}no{% endif %}", "yes"),
        ("{% unless contact.last_name %}none{% endunless %}", ""),
        (
            "{% for i in (1..3) %}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}",
            "1,2,3",
        ),
        ("{% assign name = contact.first_name %}-{{ name }}", "-Bob"),
        ("{% case contact.country %}{% when 'NL' %}nl{% else %}other{% endcase %}", "other"),
        ("{% comment %}{{ nobody.sees }}{% endcomment %}x{% # nor this %}", "x"),
        ("{% raw %}{{ contact.email }}{% endraw %}", "{{ contact.email }}"),
        ("{{ unsubscribe_url }}", "https://c.example/u/u/"),
        ("{{ contact.nothing_known }}", ""),
    ],
)
def test_fills_in(source, expected):
    assert fill(source, first_name="Bob", last_name="", country="DE") == expected


def test_only_the_conditional_part_is_left_to_liquid():
    source = "Long start {{ contact.email }} {% if contact.email %}x{% endif %} long end"
    marks = Marks(source)
    text = slots.Compiler(LINKS, escape=True).compile(marks.split(merge_tags.mask(source, marks)))
    assert [piece for piece in text.pieces if isinstance(piece, str)] == [
        "Long start ",
        " ",
        " long end",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "{{ contact.first_name }}",
        "{{ contact.nothing | default: contact.first_name }}",
        "{% if true %}{{ contact.first_name }}{% endif %}",
        "{% assign x = contact.first_name %}{{ x }}",
        "{{ contact.first_name | append: contact.first_name | upcase | downcase }}",
        "{{ contact.first_name | strip_newlines }}",
        "{{ contact.first_name | newline_to_br }}",
        "{{ contact.first_name | split: 'x' | join: ' ' }}",
        "{{ contact.first_name | replace: 'script', 'img' }}",
        "{{ contact.first_name | url_encode | url_decode }}",
        "{{ contact.first_name | truncate: 200 }}",
    ],
)
def test_values_are_escaped_in_html_whatever_the_way(source):
    hostile = "<script>alert(1)</script>\"'&"
    assert "<script" not in fill(source, first_name=hostile)
    assert "<img" not in fill(source, first_name=hostile)


@given(
    # Line ends become of one kind in any mail.
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])),
    st.sampled_from(["", " | upcase", ' | default: "a <b>" | strip', " | capitalize"]),
)
def test_the_short_way_gives_what_liquid_gives(value, filters):
    source = f"{{{{ contact.first_name{filters} }}}}"
    for escape in (True, False):
        short = fill(source, escape=escape, first_name=value)
        long = fill(f"{{% if true %}}{source}{{% endif %}}", escape=escape, first_name=value)
        # A block of nothing but white space is left out by Liquid.
        assert short == long or not short.strip()


def test_values_are_left_alone_in_text():
    assert fill("{{ contact.first_name }}", escape=False, first_name="<O'Neil> & co") == (
        "<O'Neil> & co"
    )


def test_a_value_is_never_read_as_a_template():
    assert fill("{{ contact.first_name }}", first_name="{{ contact.email }}") == (
        "{{ contact.email }}"
    )
    assert fill(
        "{% if true %}{{ contact.first_name }}{% endif %}", first_name="{% raw %}", email="x"
    ) == ("{% raw %}")


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("one\ntwo {{ contact.firstname }}", 2, "Did you mean “contact.first_name”?"),
        ("{{ first_name }}", 1, "Did you mean “contact.first_name”?"),
        ("\n\n{{ contact }}", 3, "There is no “contact”"),
        ("{{ contact.email.size }}", 1, "There is no"),
        ("{{ contact[contact.email] }}", 1, "There is no"),
        ("{{ contact.email | nofilter }}", 1, "no filter “nofilter”"),
        ("a\n{% if contact.email %}x", 2, "endif"),
        ("a\n{% if contact.email > %}x{% endif %}", 2, "cannot be read"),
        ("{{ }}", 1, "cannot be read"),
        ("x\n{{ contact.email", 2, "cannot be read"),
        ("x\n{% foo %}", 2, "foo"),
        ("{% include 'x' %}", 1, "include"),
        ("{% render 'x' %}", 1, "render"),
        ("x\n\n{% break %}", 3, "outside a loop"),
        ("{% endif %}", 1, "endif"),
        ("{{ contact.email | truncate: 'a', 'b', 'c' }}", 1, "cannot be read"),
    ],
)
def test_mistakes_are_named_with_their_line(source, line, says):
    with pytest.raises(MergeTagError) as caught:
        merge_tags.check(source, FIELDS)
    assert caught.value.line == line
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "Hi {{ contact.company }}",
        '<a href="{{ unsubscribe_url }}">x</a>',
        "{% for i in (1..3) %}{{ i }} {{ forloop.index }}{% endfor %}",
        "{% assign a = contact.email %}{{ a }}",
        "{{ contact.email | default: &quot;you&quot; }}",
        "{ not a tag } {{% raw %}",
        "",
    ],
)
def test_what_is_right_passes(source):
    merge_tags.check(source.replace("{{% raw %}", ""), FIELDS)


REACHING_OUT = [
    "{{ settings.SECRET_KEY }}",
    "{{ contact.__class__ }}",
    "{{ contact['__class__']['__mro__'] }}",
    "{{ contact.email.__class__.__init__.__globals__ }}",
    "{{ request.user }}",
    "{{ self }}",
    "{{ config }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ''.__class__ }}",
    "{{ 7*7 }}",
    "{{ contact | map: '__class__' }}",
    "{{ contact.items }}",
    "{{ contact.delete }}",
    "{% load static %}",
    "{% debug %}",
    "{% include '/etc/passwd' %}",
    "{% include 'base.html' %}",
    "{% render '/etc/passwd' %}",
    "{% extends 'base.html' %}",
    "{% import os %}",
    "{% python %}import os{% endpython %}",
    "{% liquid echo settings %}",
    "{% echo settings %}",
    "{% tablerow x in (1..3) %}{% endtablerow %}",
    "{% increment x %}",
    "{{ env.SECRET }}",
    "{{ 'SECRET_KEY' | env }}",
    "{{ 'x' | safe }}",
    "{{ 'PHNjcmlwdD4=' | base64_decode }}",
    "{{ '/etc/passwd' | read }}",
    "{{ globals() }}",
    "${7*7} #{7*7} <%= 7*7 %> {{=7*7}}",
]


@pytest.mark.parametrize("source", REACHING_OUT)
def test_nothing_of_the_server_can_be_reached(source, monkeypatch, settings):
    settings.SECRET_KEY = "marker-of-the-secret"
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr("builtins.open", None)
    try:
        merge_tags.check(source, FIELDS)
        out = fill(source, email="bob@example.com")
    except MergeTagError:
        return
    for leak in ("marker-of-the-secret", "<class", "builtin", "49", "root:", "<script"):
        assert leak not in out


@pytest.mark.parametrize("source", REACHING_OUT)
def test_filling_in_unchecked_text_reaches_nothing_either(source, settings):
    settings.SECRET_KEY = "marker-of-the-secret"
    try:
        out = fill(source, email="bob@example.com")
    except MergeTagError:
        return
    for leak in ("marker-of-the-secret", "<class", "builtin", "49", "root:", "<script"):
        assert leak not in out


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..900) %}{% for j in (1..900) %}xxxxxxxxxx{% endfor %}{% endfor %}",
        "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..60) %}{% assign x = x | append: x %}"
        "{% endfor %}{{ x }}",
        "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..60) %}{% assign x = x | replace: 'a', x %}"
        "{% endfor %}{{ x }}",
        "{{ 'aaaaaaaaaa'" + " | replace: 'a', 'aaaaaaaaaa'" * 12 + " }}",
        "{% assign x = 9 %}{% for i in (1..60) %}{% assign x = x | times: x %}{% endfor %}",
        "{{ (1..100000000) | join: 'x' }}",
        "{{ (1..100000000) | reverse | first }}",
        "{% for i in (1..100000000) reversed %}x{% endfor %}",
        "{% capture x %}{% for i in (1..1000) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "{% endfor %}{% endcapture %}{% for i in (1..500) %}{{ x }}{% endfor %}",
        "{% if true %}" * 400 + "{% endif %}" * 400,
    ],
)
def test_a_text_cannot_eat_time_or_memory(source):
    start = time.process_time()
    with pytest.raises(MergeTagError):
        fill(source)
    assert time.process_time() - start < 2


_quoted = st.sampled_from(["<b>", "&", "%3Cb%3E", "&lt;b&gt;", ">", "a<i"]).map("'{}'".format)
_filters = st.sampled_from(sorted(limits.FILTERS - {"newline_to_br"}))
_steps = st.tuples(_filters, st.lists(_quoted, max_size=2)).map(
    lambda step: f" | {step[0]}{': ' if step[1] else ''}{', '.join(step[1])}"
)
_values = st.one_of(_quoted, st.just("contact.first_name"), st.just("x"))
_tags = st.tuples(_values, st.lists(_steps, max_size=4)).map(lambda t: t[0] + "".join(t[1]))


@given(_tags, _tags)
@settings(max_examples=1500)
def test_where_quotes_hold_words_no_merge_tag_makes_html(first, second):
    source = f"{{% assign x = {first} %}}{{{{ x }}}}{{% cycle '<b>' %}}{{{{ {second} }}}}"
    try:
        filled = fill(source, words=True, first_name="<script>'&")
    except MergeTagError:
        return
    assert "<" not in filled


@pytest.mark.parametrize(
    ("source", "html", "words"),
    [
        ("{{ '<b>' }}", "<b>", "&lt;b&gt;"),
        ("{{ contact.last_name | default: 'A & B' }}", "A & B", "A &amp; B"),
        ("{{ contact.first_name | append: '<b>' }}", "Q&amp;A<b>", "Q&amp;A&lt;b&gt;"),
        ("{% if contact.first_name == 'Q&A' %}same{% endif %}", "same", "same"),
        ("{{ contact.first_name | replace: '&', ' and ' }}", "Q and A", "Q and A"),
        ("{% capture x %}<b>{{ '<' }}</b>{% endcapture %}{{ x }}", "<b><</b>", "<b>&lt;</b>"),
        ("{% case 'Q&A' %}{% when contact.first_name %}{{ '<' }}{% endcase %}", "<", "&lt;"),
    ],
)
def test_what_is_quoted_is_html_or_words(source, html, words):
    assert fill(source, first_name="Q&A") == html
    assert fill(source, words=True, first_name="Q&A") == words

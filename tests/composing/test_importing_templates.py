"""Templates of MailChimp and listmonk, with our merge tags in them."""

import pytest
from django.urls import reverse

from campaigns.composing import checks, merge_tags
from campaigns.composing.templating import importing
from tests import world


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Hi *|FNAME|* *|LNAME|*", "Hi {{ contact.first_name }} {{ contact.last_name }}"),
        ('<a href="*|UNSUB|*">', '<a href="{{ unsubscribe_url }}">'),
        ('<a href="*|ARCHIVE|*">', '<a href="{{ web_version_url }}">'),
        (
            "*|IF:FNAME|*Hi*|ELSE:|*Ho*|END:IF|*",
            '{% if contact.first_name and contact.first_name != "" %}Hi{% else %}Ho{% endif %}',
        ),
        (
            "*|IFNOT:FNAME|*x*|END:IF|*",
            '{% if contact.first_name == nil or contact.first_name == "" %}x{% endif %}',
        ),
        ("*|IF:LNAME=Ho|*x*|END:IF|*", '{% if contact.last_name == "Ho" %}x{% endif %}'),
        ("{{ .Subscriber.Email }}", "{{ contact.email }}"),
        ('<a href="{{ UnsubscribeURL }}">', '<a href="{{ unsubscribe_url }}">'),
        ('<a href="{{ TrackLink "https://a.example/x" . }}">', '<a href="https://a.example/x">'),
        ('<a href="https://a.example/x@TrackLink">', '<a href="https://a.example/x">'),
        ("x{{ TrackView }}y", "xy"),
    ],
)
def test_merge_tags_become_ours_with_nothing_to_look_at(theirs, ours):
    made = importing.translate(theirs)
    assert (made.html, made.notes) == (ours, [])
    merge_tags.check(made.html, merge_tags.PERSON_FIELDS)


@pytest.mark.parametrize(
    "tag",
    [
        "*|MC_PREVIEW_TEXT_LINK|*",
        "*|FEEDBLOCK:https://a.example|*",
        "*|IF:A > 3|*",
        "{{ .Campaign.UUID }}",
        '{{ L.T "x" }}',
    ],
)
def test_what_has_no_counterpart_stays_and_is_told_with_its_line(tag):
    made = importing.translate(f"<p>\n\n{tag}</p>")
    assert tag in made.html
    assert [(note["line"], note["found"]) for note in made.notes] == [(3, tag)]


def test_a_field_of_its_own_is_translated_and_told():
    made = importing.translate("*|BIRTHDAY|*\n{{ .x }}")
    assert made.html.startswith("{{ contact.birthday }}")
    assert "birthday" in str(made.notes[0]["words"])


def test_regions_for_editing_are_taken_out_and_told():
    made = importing.translate('<td\n mc:edit="body" class="x">Hi</td>')
    assert made.html == '<td class="x">Hi</td>'
    assert made.notes[0]["found"] == 'mc:edit="body"'


def test_an_imported_template_shows_what_to_look_at(alice, workspace):
    html = "<p>Hi *|FNAME|*</p>\n<p>*|FEEDBLOCK:x|*</p>"
    made = alice.post(reverse("composing:import_template"), {"name": "Old", "html": html})
    template = workspace.templates.get()
    assert template.format == "html"
    page = alice.get(made.url).content.decode()
    assert "Line 2" in page
    assert "*|FEEDBLOCK:x|*" in page


def test_a_mail_with_a_tag_that_is_left_is_not_sent(workspace, sender):
    campaign = world.make_campaign(
        workspace,
        sender=sender,
        lists=[world.make_list(workspace)],
        format="html",
        body="<p>*|FEEDBLOCK:x|*</p>",
    )
    assert "merge tag of MailChimp" in checks.problems(campaign)[0].message

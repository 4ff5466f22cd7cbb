"""What is opened and saved with no change is what it was, to the letter."""

import html
import json
import re

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.composing.blocks import document
from campaigns.composing.forms import CampaignForm
from campaigns.composing.models import Campaign, Template
from campaigns.composing.templating import importing, starters
from campaigns.composing.templating.forms import TemplateForm
from tests.browser import documents

# What no text of a browser has: it makes other characters of them before anybody sees it.
_ODD = st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")
_PIECES = st.sampled_from(
    ["\n", "  ", "\t", "<p>", "</p>", "</textarea>", "&amp;", "&lt;", "{{ contact.email }}",
     "{% if contact.country %}", "{% endif %}", "<!-- x -->", "# ", "\u00a0", "\u2028"]
)  # fmt: skip
sources = st.lists(st.one_of(_PIECES, st.text(_ODD, max_size=9)), max_size=14).map("".join)
MJML = (
    "\n<mjml>\n  <mj-body><mj-section><mj-column>\n"
    "    <mj-text>A &amp; B</mj-text>\n</mj-column></mj-section></mj-body>\n</mjml>\n\n"
)
OF_OTHERS = (
    "\n<!DOCTYPE html>\n<body>\n\t<p>Hi *|FNAME|*</p>\n<a href='*|UNSUB|*'>x</a></body>\n\n",
    "<p>Hi {{ .Subscriber.FirstName }}</p>\n{{ TrackView }}\n<a href={{ UnsubscribeURL }}>x</a>\n",
)


def shown(form, name="body"):
    """Return what a browser reads in the form's text area."""
    found = re.search(r"<textarea[^>]*>(.*)</textarea>", str(form[name]), re.DOTALL)
    assert found
    # The parser drops the first line end.
    return html.unescape(found[1]).removeprefix("\n")


def sent(**values):
    """Return a form as a browser sends it."""
    data = QueryDict(mutable=True)
    data.update({name: value.replace("\n", "\r\n") for name, value in values.items()})
    return data


def saved(campaign):
    """Return what is saved of a campaign that was opened, with no change to it."""
    opened = CampaignForm(instance=campaign, workspace=campaign.workspace)
    data = sent(
        name=campaign.name, format=campaign.format, version="1",
        body=shown(opened), text=shown(opened, "text"),
    )  # fmt: skip
    again = CampaignForm(data, instance=campaign, workspace=campaign.workspace, may_unlock=True)
    values = again.valid_values()
    return values["body"], values["text"]


@pytest.mark.parametrize("format", ["markdown", "html", "mjml"])
@given(source=sources)
@settings(max_examples=40)
def test_what_is_written_by_hand_stays_to_the_letter(workspace, format, source):
    campaign = Campaign(workspace=workspace, name="x", format=format, body=source, text=source)
    body, text = saved(campaign)
    assert body == source
    assert text == (source if source.strip() else "")


@pytest.mark.parametrize("source", [MJML, *(importing.translate(one).html for one in OF_OTHERS)])
def test_what_was_brought_in_stays_to_the_letter(workspace, source):
    format = "mjml" if source == MJML else "html"
    campaign = Campaign(workspace=workspace, name="x", format=format, body=source)
    assert saved(campaign)[0] == source


@pytest.mark.parametrize("key", starters.KEYS)
def test_each_of_our_templates_stays_to_the_letter(workspace, key):
    source = starters.every()[key].body("https://www.acme.com/?a=1&b=“2”")
    campaign = Campaign(workspace=workspace, name="x", format="blocks", body=source)
    assert saved(campaign)[0] == source


@given(seed=st.integers(min_value=0, max_value=10**9), size=st.integers(0, 30))
@settings(max_examples=40)
def test_every_document_of_blocks_stays_to_the_letter(workspace, seed, size):
    source = documents.make(seed, size)
    campaign = Campaign(workspace=workspace, name="x", format="blocks", body=source)
    assert saved(campaign)[0] == source


@given(words=sources)
@settings(max_examples=60)
def test_words_in_blocks_stay_as_they_were_first_kept(words):
    blocks = [
        {"type": "text", "html": f"<p>{words}</p>"},
        {"type": "html", "source": words},
        {"type": "button", "label": words[:120]},
    ]
    once = document.dump(document.read(json.dumps({"version": 1, "blocks": blocks})))
    assert document.dump(document.read(once)) == once


@pytest.mark.parametrize("source", [MJML, "\n# Hello\n\n", "  <p>x</p>\n"])
def test_a_template_stays_to_the_letter(workspace, source):
    template = Template(workspace=workspace, name="x", format="html", body=source)
    opened = TemplateForm(instance=template, may_lock=True)
    data = sent(name="x", version="1", body=shown(opened))
    again = TemplateForm(data, instance=template, may_lock=True)
    assert again.is_valid()
    assert again.cleaned_data["body"] == source

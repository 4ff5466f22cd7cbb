"""How many recipients see a gap where a merge tag asks for something."""

import pytest

from campaigns.audience.models import Field
from campaigns.composing.models import Campaign
from campaigns.composing.proofing.finding import Weight
from campaigns.sending import proofing
from tests import world


@pytest.fixture
def readers(workspace):
    on = world.make_list(workspace)
    world.make_contact(workspace, on=on, first_name="Ada", fields={"shoe": 38})
    world.make_contact(workspace, on=on, first_name="", fields={"shoe": None})
    world.make_contact(workspace, on=on, first_name="", fields={})
    world.make_contact(workspace, first_name="")  # On no list: nobody the campaign goes to.
    return on


def findings(workspace, readers, **texts):
    Field.objects.get_or_create(workspace=workspace, key="shoe", defaults={"label": "Shoe size"})
    campaign = world.make_campaign(workspace, lists=[readers], **({"body": "Hi"} | texts))
    return list(proofing.unfilled(campaign))


def test_a_tag_without_a_fallback_leaves_a_gap(workspace, readers):
    (finding,) = findings(workspace, readers, body="Dear {{ contact.first_name }},")
    assert finding.message.startswith("2 of 3 recipients have nothing for {{ contact.first_name }}")
    assert (finding.weight, finding.at) == (Weight.SHOULD, "{{ contact.first_name }}")


def test_a_fallback_is_good_to_know(workspace, readers):
    (finding,) = findings(
        workspace, readers, body='Dear {{ contact.first_name | default: "friend" }}'
    )
    assert finding.weight == Weight.MAY
    assert finding.message.startswith("2 of 3")


def test_one_tag_without_a_fallback_is_enough(workspace, readers):
    (finding,) = findings(
        workspace,
        readers,
        subject="For {{ contact.first_name }}",
        body='{{ contact.first_name | default: "you" }}',
    )
    assert (finding.weight, finding.field) == (Weight.SHOULD, "subject")


def test_fields_of_the_workspace_count_empty_missing_and_null(workspace, readers):
    (finding,) = findings(workspace, readers, body="Size {{ contact.shoe }}")
    assert finding.message.startswith("2 of 3")


def test_who_asks_first_has_thought_of_it(workspace, readers):
    body = "{% if contact.first_name %}Dear {{ contact.first_name }}{% else %}Hello{% endif %}"
    assert findings(workspace, readers, body=body) == []


def test_what_everybody_has_is_no_gap(workspace, readers):
    assert findings(workspace, readers, body="To {{ contact.email }}") == []


def test_html_entities_of_editors_are_read(workspace, readers):
    (finding,) = findings(
        workspace,
        readers,
        format=Campaign.Format.HTML,
        body="<p>{{ contact.first_name | default: &quot;you&quot; }}</p>",
    )
    assert finding.weight == Weight.MAY

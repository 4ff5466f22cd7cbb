"""Blocks that are kept under a name, to be put into other mails."""

import json

import pytest
from django.urls import reverse

from campaigns.composing.models import SavedBlock
from tests import world

TEXT = {"type": "text", "html": "<p>Our address</p>", "lock": "all"}


def keep(client, body=TEXT, name="Address"):
    data = {"name": name, "body": json.dumps(body)}
    return client.post(reverse("composing:keep_block"), data)


def test_a_block_is_kept_and_offered(alice, workspace):
    made = keep(alice)
    assert made.status_code == 201
    listed = alice.get(reverse("composing:list_blocks")).json()["blocks"]
    assert [one["name"] for one in listed] == ["Address"]
    assert listed[0]["block"]["html"] == "<p>Our address</p>"
    assert listed[0]["block"]["lock"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {"type": "script"},
        {"type": "text", "onclick": "x"},
        [],
        None,
        "x",
        {"type": "text", "html": 5},
    ],
)
def test_what_is_no_block_is_not_kept(alice, body):
    answer = keep(alice, body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert not SavedBlock.objects.exists()


def test_what_could_run_is_not_kept(alice):
    keep(alice, {"type": "text", "html": "<p>x</p><img src=x onerror=alert(1)>"})
    assert "onerror" not in SavedBlock.objects.get().body


def test_a_name_is_given_once_in_a_workspace(alice, workspace):
    keep(alice)
    again = keep(alice, name="ADDRESS")
    assert again.json()["error"] == "There is a block with this name."
    world.make_saved_block(world.make_workspace(), name="Footer")
    assert keep(alice, name="Footer").status_code == 201


def test_a_block_is_renamed_and_deleted(alice, workspace):
    block = world.make_saved_block(workspace, name="Old")
    page = reverse("composing:saved_block", args=[block.pk])
    shown = alice.get(page).content.decode()
    assert "<title>Old · Candid</title>" in shown
    assert reverse("composing:saved_block_frame", args=[block.pk]) in shown
    assert alice.post(page, {"name": "New"}).status_code == 302
    assert workspace.saved_blocks.get().name == "New"
    alice.post(page, {"delete": "yes"})
    assert not workspace.saved_blocks.exists()


def test_the_page_shows_each_as_it_looks(alice, workspace):
    block = world.make_saved_block(workspace, name="Line", body=json.dumps(TEXT))
    page = alice.get(reverse("composing:saved_blocks")).content.decode()
    assert "Line" in page
    frame = alice.get(reverse("composing:saved_block_frame", args=[block.pk]))
    assert "Our address" in frame.content.decode()

"""The examples of docs/api.md work as they stand, against a server over HTTP."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
from django.conf import settings

from campaigns.accounts.api_keys import making
from campaigns.accounts.models import Member
from campaigns.audience import suppression
from campaigns.audience.models import Segment
from tests import world
from tests.api import programs

TRIED = re.compile(r"<!-- tried -->\n```sh\n(.*?)```", re.S)
QUESTION = {"match": "all", "of": [{"what": "list", "how": "on_any"}]}


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.django_db(transaction=True)
def test_every_example_of_the_documentation_works(live_server, workspace, member, tmp_path):
    examples = TRIED.findall((settings.BASE_DIR / "docs" / "api.md").read_text())
    news = world.make_list(workspace)
    ann = world.make_contact(workspace, on=news, email="ann@example.com")
    campaign = world.make_campaign(workspace, lists=[news])
    segment = Segment.objects.create(workspace=workspace, name="Any", question=QUESTION)
    done = workspace.imports.create(list=news, filename="people.csv", status="done")
    mine = Member.objects.get(user=member)
    _key, text = making.make(mine, "Examples", programs.EVERY_SCOPE)
    known = {"LIST": news.pk, "SEGMENT": segment.pk, "CONTACT": ann.pk, "CAMPAIGN": campaign.pk}
    known["IMPORT"] = done.pk
    environment = {name: str(value) for name, value in known.items()}
    environment |= {"CANDID": live_server.url, "KEY": text, "PATH": os.environ["PATH"]}
    script = "set -e\n" + "\n".join(examples)
    done = subprocess.run(
        ["bash", "-c", script], env=environment, cwd=tmp_path, capture_output=True, timeout=120
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    assert done.stdout.decode().count('"ann@example.com"') >= 2
    assert [tagging.tag.name for tagging in ann.taggings.all()] == ["VIP"]
    assert not ann.subscriptions.subscribed().exists()
    assert workspace.lists.filter(name="Shop").exists()
    assert workspace.imports.filter(status="queued").count() == 2
    assert suppression.find(workspace.pk, "old@example.com") is None
    assert suppression.find(workspace.pk, "kim@example.org") is not None
    assert b"bo@example.com" in (tmp_path / "segment.csv").read_bytes()

"""What stands above the people of a page: taking them along, and changing many of them."""

import re
from html import unescape

from django.urls import reverse

from tests import world


def test_the_page_links_to_files_of_what_it_shows(alice, workspace):
    tag = workspace.tags.create(name="Press")
    ann = world.make_contact(workspace, email="ann@example.com")
    world.make_contact(workspace, email="bob@example.com")
    ann.taggings.create(workspace=workspace, tag=tag)
    page = alice.get(reverse("audience:contacts"), {"tag": tag.pk, "page": 1, "sort": "email"})
    links = [unescape(link) for link in re.findall(r'href="([^"]*export[^"]*)"', page.text)]
    assert [link.partition("?")[0][-4:] for link in links] == [".csv", "xlsx"]
    assert not any("page=" in link for link in links)
    file = b"".join(alice.get(links[0]).streaming_content)
    assert b"ann@example.com" in file and b"bob@example.com" not in file
    assert alice.get(links[1]).status_code == 200

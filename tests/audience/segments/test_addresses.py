"""Addresses are asked for as members read them: international domains in their own letters."""

import pytest

from campaigns.audience.segments import compiling
from tests import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("how", "value"),
    [
        ("domain", "münchen.de"),
        ("domain", "@MÜNCHEN.de"),
        ("domain", "xn--mnchen-3ya.de"),
        ("is", "Jo@münchen.de"),
        ("contains", "münchen"),
        ("starts", "jo@münchen"),
        ("ends", "@münchen.de"),
        ("ends", "münchen.de"),
    ],
)
def test_an_international_domain_is_found_in_its_own_letters(workspace, how, value):
    jo = world.make_contact(workspace, email="jo@xn--mnchen-3ya.de")
    world.make_contact(workspace, email="jo@munchen.de")
    asked = {"match": "all", "of": [{"what": "email", "how": how, "value": value}]}
    assert list(compiling.people(workspace, compiling.read(asked))) == [jo]

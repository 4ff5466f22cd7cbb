"""Device, operating system and client."""

import pytest
from user_agents import parsers

from tests.tracking.agents_met import CHROME
from tracking import agents
from tracking.agents import Agent

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko)"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHROME, Agent("desktop", "Windows", "Chrome")),
        (f"{CHROME} Edg/130.0.0.0", Agent("desktop", "Windows", "Edge")),
        (MAC, Agent("desktop", "macOS", "Apple Mail")),
        (f"{MAC} Version/17.4 Safari/605.1.15", Agent("desktop", "macOS", "Safari")),
        (f"{IPHONE} Mobile/15E148", Agent("mobile", "iOS", "iOS mail or app")),
        (
            f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
            Agent("mobile", "iOS", "Mobile Safari"),
        ),
        (
            IPHONE.replace("iPhone; CPU iPhone", "iPad; CPU")
            + " Version/17.5 Mobile/15E148 Safari/604.1",
            Agent("tablet", "iOS", "Mobile Safari"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
            Agent("desktop", "Linux", "Thunderbird"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Evolution/3.50",
            Agent("desktop", "Linux", "Evolution"),
        ),
        (
            "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.5056; Pro)",
            Agent("desktop", "Windows", "Outlook"),
        ),
        ("something else", Agent()),
        ("", Agent()),
    ],
)
def test_agents_say_what_they_are(text, expected):
    assert agents.parse(text) == expected


def test_nothing_is_longer_than_its_column():
    found = agents.parse("Superhuman " * 200)
    assert len(found.device) <= 20 and len(found.os) <= 40 and len(found.client) <= 60


def test_the_fast_parser_is_the_one_that_is_asked():
    agents.parse(CHROME)

    assert isinstance(parsers.user_agent_parser, agents._Parser)

"""Links are followed to their end, in public only, and what is found is kept."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from campaigns.accounts import outbound
from campaigns.composing.models import LinkLook
from campaigns.composing.proofing import looking, proof
from tests import world

Trouble = LinkLook.Trouble


@pytest.fixture
def web(settings) -> Iterator[str]:
    """Give the address of a shop whose pages have come and gone."""
    settings.ALLOW_PRIVATE_HOSTS = True

    class Handler(BaseHTTPRequestHandler):
        moves = {
            "/old": (301, "/new"),
            "/away": (302, "/new"),
            "/loop": (302, "/there"),
            "/there": (302, "/loop"),
            "/file": (302, "file:///etc/passwd"),
            "/odd": (301, "/new?a\0b\x07c"),
        }
        pages = {"/new": 200, "/gone": 410, "/broken": 500, "/robots-out": 403}

        def do_GET(self) -> None:
            if self.path == "/host":
                self.moves["/host"] = (301, f"http://{self.headers['Host']}/new")
            status, to = self.moves.get(self.path, (self.pages.get(self.path, 404), ""))
            self.send_response(status)
            if to:
                self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the output belongs to the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def campaign(workspace, sender, web):
    return world.make_campaign(
        workspace, sender=sender, body=f"[A]({web}/new) [B]({web}/missing) [C]({web}/old)"
    )


@pytest.mark.parametrize(
    ("path", "trouble", "status"),
    [
        ("/new", Trouble.NONE, 200),
        ("/away", Trouble.NONE, 200),
        ("/missing", Trouble.GONE, 404),
        ("/gone", Trouble.GONE, 410),
        ("/broken", Trouble.ERROR, 500),
        ("/robots-out", Trouble.NONE, 403),
        ("/loop", Trouble.LOOP, None),
        ("/file", Trouble.PRIVATE, None),
    ],
)
def test_what_is_at_the_end_of_a_link(web, path, trouble, status):
    found = looking.look(web + path)
    assert (found.trouble, found.status) == (trouble, status)


def test_only_a_page_that_moved_for_good_is_said_to_have_moved(web):
    assert looking.look(f"{web}/old").moved_to == f"{web}/new"
    assert looking.look(f"{web}/away").moved_to == ""


def test_a_host_in_letters_of_its_own_is_asked_by_the_name_that_servers_know(web, monkeypatch):
    asked: list[str] = []

    def addresses(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(outbound, "addresses", addresses)
    port = web.rpartition(":")[2]
    assert looking.look(f"http://Bäckerei.example:{port}/host").moved_to == (
        f"http://xn--bckerei-5wa.example:{port}/new"
    )
    assert set(asked) == {"xn--bckerei-5wa.example"}
    assert looking.look("http://ba..d.ö/").trouble == Trouble.NO_HOST


def test_a_private_network_is_never_asked(web, settings):
    settings.ALLOW_PRIVATE_HOSTS = False
    assert looking.look(f"{web}/new").trouble == Trouble.PRIVATE


def test_a_host_that_does_not_exist():
    assert looking.look("https://no-such-host.invalid/").trouble == Trouble.NO_HOST


@pytest.mark.parametrize("url", ["https://[bad/", "https://a:b@bakery.nl/", "ftp://bakery.nl/", ""])
def test_addresses_that_are_none_raise_nothing(url):
    assert looking.look(url).trouble in {Trouble.PRIVATE, Trouble.SILENT}


def test_a_server_that_is_down(settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert looking.look(f"http://127.0.0.1:{port}/").trouble == Trouble.SILENT


def test_the_links_of_a_campaign_are_looked_at_once_in_an_hour(campaign, web):
    rung: list[int] = []
    looking.ask(campaign, rung.append)
    assert rung == [campaign.workspace_id]
    assert proof.of_links(campaign)["waiting"]
    looking.run(campaign.workspace_id)

    found = proof.of_links(campaign)
    assert (found["links"], found["looked"], found["waiting"]) == (3, 3, False)
    gone, moved = [one.finding.message for one in found["found"]]
    assert f"“{web}/missing” leads to no page (404)" in gone
    assert f"has moved for good to “{web}/new”" in moved

    looking.ask(campaign, rung.append)
    assert rung == [campaign.workspace_id], "what was just looked at is not asked again"
    LinkLook.objects.update(looked_at=timezone.now() - timedelta(hours=2))
    looking.ask(campaign, rung.append)
    assert rung == [campaign.workspace_id] * 2


def test_a_worker_that_was_killed_is_not_waited_for_for_ever(campaign):
    looking.ask(campaign, lambda _workspace: None)
    LinkLook.objects.update(asked_at=timezone.now() - timedelta(minutes=10))
    assert not proof.of_links(campaign)["waiting"]
    rung: list[int] = []
    looking.ask(campaign, rung.append)
    assert rung == [campaign.workspace_id]


def test_links_of_other_workspaces_are_their_own(campaign, web):
    looking.ask(campaign, lambda _workspace: None)
    looking.run(campaign.workspace_id)
    other = world.make_campaign(world.make_workspace(), body=f"[A]({web}/missing)")
    assert proof.of_links(other)["looked"] == 0


def test_links_that_nobody_asks_for_are_forgotten(campaign):
    looking.ask(campaign, lambda _workspace: None)
    looking.tidy()
    assert LinkLook.objects.count() == 3
    LinkLook.objects.update(asked_at=timezone.now() - timedelta(days=31))
    looking.tidy()
    assert not LinkLook.objects.exists()


def test_a_signpost_with_letters_that_nobody_can_type_spoils_no_other_look(campaign, web):
    campaign.body = f"[A]({web}/odd) [B]({web}/missing)"
    campaign.save(update_fields=["body"])
    looking.ask(campaign, lambda _workspace: None)
    looking.run(campaign.workspace_id)
    assert proof.of_links(campaign)["looked"] == 2

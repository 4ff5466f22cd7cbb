"""Where links lead: stored addresses only, also while the database is down."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tracking import redirects
from tracking.redirects import LookupFailed, Redirects
from tracking.snapshots import Snapshot, SnapshotError

A, B = "https://example.com/a", "http://example.com/b"


class Database:
    """Links by campaign, which may be down, and how often it was asked."""

    def __init__(self) -> None:
        self.links = {1: {1: A, 2: B}}
        self.is_down = False
        self.asked = 0

    def __call__(self, campaign_id: int) -> dict[int, str]:
        self.asked += 1
        if self.is_down:
            raise LookupFailed
        return self.links.get(campaign_id, {})


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when told so."""

    class Clock:
        now = 1000.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(redirects, "time", clock)
    return clock


def test_a_link_leads_where_it_was_stored_to_lead(database, tmp_path):
    ours = Redirects(database, Snapshot(tmp_path))
    assert (ours.target(1, 1), ours.target(1, 2)) == (A, B)


def test_a_known_link_is_not_asked_for_again(database, tmp_path):
    ours = Redirects(database, Snapshot(tmp_path))
    for _ in range(5):
        ours.target(1, 1)
    assert database.asked == 1


def test_a_number_nobody_gave_leads_nowhere(database, tmp_path):
    ours = Redirects(database, Snapshot(tmp_path))
    assert ours.target(1, 3) is None
    assert ours.target(2, 1) is None


def test_made_up_numbers_do_not_reach_the_database_each_time(database, clock, tmp_path):
    ours = Redirects(database, Snapshot(tmp_path))
    for number in range(100, 200):
        assert ours.target(1, number) is None
    assert database.asked == 1


def test_a_new_link_of_an_edited_campaign_is_found(database, clock, tmp_path):
    ours = Redirects(database, Snapshot(tmp_path))
    assert ours.target(1, 3) is None
    database.links[1] = {1: A, 2: B, 3: "https://example.com/new"}
    clock.now += 1
    assert ours.target(1, 3) == "https://example.com/new"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "mailto:a@example.com", "data:text/html,x", "//example.com", ""]
)
def test_nothing_but_the_web_is_redirected_to(database, tmp_path, url):
    database.links[1] = {1: url}
    assert Redirects(database, Snapshot(tmp_path)).target(1, 1) is None


def test_redirects_go_on_while_the_database_is_down(database, tmp_path):
    ours = Redirects(database, Snapshot(tmp_path))
    ours.target(1, 1)
    database.is_down = True
    assert ours.target(1, 1) == A
    # A process that starts now knows no more than the copy.
    assert Redirects(database, Snapshot(tmp_path)).target(1, 2) == B


def test_a_database_that_is_down_is_asked_once_in_a_while(database, clock, tmp_path):
    database.is_down = True
    Snapshot(tmp_path).add([(1, 1, A)])
    ours = Redirects(database, Snapshot(tmp_path))
    for _ in range(50):
        assert ours.target(1, 1) == A
        assert ours.target(7, 1) is None
    assert database.asked == 1
    database.is_down = False
    clock.now += 5
    assert ours.target(1, 2) == B


def test_a_copy_that_cannot_be_written_is_done_without(database, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    ours = Redirects(database, Snapshot(in_the_way))
    assert ours.target(1, 1) == A
    database.is_down = True
    assert ours.target(2, 1) is None


def test_a_damaged_copy_is_no_reason_to_fail(database, tmp_path):
    (tmp_path / "links.sqlite3").write_bytes(b"not a database at all, but long enough" * 100)
    ours = Redirects(database, Snapshot(tmp_path))
    assert ours.target(1, 1) == A
    with pytest.raises(SnapshotError):
        Snapshot(tmp_path).links_of(1)


def test_the_copy_keeps_the_first_address_of_a_number(tmp_path):
    copy = Snapshot(tmp_path)
    assert copy.add([(1, 1, A)]) == 1
    assert copy.add([(1, 1, "https://elsewhere.example"), (1, 2, B)]) == 1
    assert copy.links_of(1) == {1: A, 2: B}


class Silence:
    """A database that is asked and says nothing until it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = threading.Event()

    def __call__(self, campaign_id: int) -> dict[int, str]:
        self.asked += 1
        assert self.may_answer.wait(60)
        return {1: A, 2: B}


@pytest.fixture
def silence():
    silence = Silence()
    yield silence
    silence.may_answer.set()


def test_while_the_database_says_nothing_all_go_by_the_copy(silence, tmp_path):
    Snapshot(tmp_path).add([(1, 1, A), (2, 1, B)])
    ours = Redirects(silence, Snapshot(tmp_path))
    with ThreadPoolExecutor(4) as readers:
        assert list(readers.map(ours.target, (1, 1, 2, 2), (1, 1, 1, 1))) == [A, A, B, B]
    assert silence.asked == 1


def test_nobody_waits_without_end_for_a_link_that_the_copy_has_not(silence, tmp_path, monkeypatch):
    monkeypatch.setattr(redirects, "_PATIENCE_SECONDS", 0.05)
    ours = Redirects(silence, Snapshot(tmp_path))
    assert (ours.target(1, 1), ours.target(1, 2)) == (None, None)
    assert silence.asked == 1
    silence.may_answer.set()
    monkeypatch.setattr(redirects, "_PATIENCE_SECONDS", 60)
    assert (ours.target(1, 1), ours.target(1, 2)) == (A, B), "the late answer counts as well"


def test_a_question_that_is_never_answered_is_put_again(silence, tmp_path, clock, monkeypatch):
    monkeypatch.setattr(redirects, "_PATIENCE_SECONDS", 0.05)
    ours = Redirects(silence, Snapshot(tmp_path))
    assert ours.target(1, 1) is None
    clock.now += 9
    assert ours.target(1, 1) is None
    assert silence.asked == 1
    clock.now += 1
    assert ours.target(1, 1) is None
    assert silence.asked == 2

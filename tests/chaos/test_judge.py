"""The judge of the long proof finds every kind of broken promise."""

import pytest

from tests.chaos.judge import Findings, Journal, Row, judge
from tests.chaos.ordeal import Report

FINE = "accept a a@example.com \naccept b b@example.com \n"


@pytest.fixture
def found(tmp_path):
    """Judge rows of two people against a journal."""

    def found(rows, lines=FINE, allowed=0) -> Findings:
        path = tmp_path / "journal"
        path.write_text(lines)
        return judge(2, rows, Journal.read(path), allowed=allowed)

    return found


def rows(first="sent", second="sent"):
    return [Row("a@example.com", first), Row("b@example.com", second)]


def test_all_is_well(found):
    assert found(rows()) == Findings(mails=2, accepted=2, sent=2)
    assert found(rows()).violations() == []


@pytest.mark.parametrize(
    ("ledger", "lines", "violation"),
    [
        (rows(), FINE + "accept a a@example.com \n", "duplicates: 1"),
        # Two mails to one person, under two names.
        (rows(), FINE + "accept c a@example.com \n", "duplicates: 1"),
        (rows()[:1], FINE, "duplicates: 1"),
        (rows()[:1], "accept a a@example.com \n", "lost: 1"),
        (rows("sent", "pending"), "accept a a@example.com \n", "lost: 1"),
        (rows("sent", "sending"), FINE, "lost: 1"),
        (rows(), "accept a a@example.com \n", "false sent: 1"),
        (rows("sent", "failed"), FINE, "false failed: 1"),
        (rows("sent", "cancelled"), FINE, "false failed: 1"),
        (rows("sent", "expired"), FINE, "false failed: 1"),
        (rows("sent", "unknown"), FINE, "unknown: 1, and at most 0 may be"),
    ],
)
def test_a_broken_promise_is_named(found, ledger, lines, violation):
    assert violation in found(ledger, lines).violations()


def test_a_kill_and_a_lost_answer_may_leave_a_mail_unconfirmed(found):
    assert found(rows("unknown"), allowed=1).violations() == []
    lost_answer = "accept a a@example.com cut-after\naccept b b@example.com \n"
    findings = found(rows("unknown"), lost_answer)
    assert findings.violations() == []
    assert (findings.unknown, findings.unknown_but_accepted) == (1, 1)


def test_a_refused_mail_was_not_accepted(found):
    refused = "accept a a@example.com \nrefuse b b@example.com data-554\n"
    assert found(rows("sent", "failed"), refused).violations() == []


def test_a_mail_that_an_answer_does_not_name_may_be_unconfirmed(found):
    named = "accept a a@example.com \naccept b b@example.com missing\n"
    assert found(rows("sent", "unknown"), named).violations() == []


def test_answers_are_counted_and_are_no_mails(tmp_path):
    path = tmp_path / "journal"
    path.write_text("answer 429, wait until a date\n" * 2 + "answer cut after accepting\n" + FINE)
    journal = Journal.read(path)
    assert journal.answers == {"429, wait until a date": 2, "cut after accepting": 1}
    assert (sum(journal.accepted.values()), journal.doubtful) == (2, 0)


def test_a_fault_that_nobody_met_shows_nothing():
    report = Report("API", wanted=("slow answers",), is_long=True)
    report.done["kills of beat"] = 1
    assert report.violations() == ["nobody met “slow answers”: nothing was shown"]
    report.answers["slow answers"] = 1
    assert report.violations() == []

"""What a database is to a machine: the same, failed over, or a copy."""

import dataclasses

import pytest

from campaigns.sending.fence.judging import Here, Record, Verdict, Whereabouts, judge
from campaigns.sending.fence.marks import Memory

HERE = Here(name="", place="p")
PLACE = Whereabouts("c", 1, 2, 3)
ELSEWHERE = Whereabouts("c", 1, 9, 9)
RECORD = Record("L1", "", 100, "", PLACE)
KNOWN = Memory("L1", 100, "p")
NAMED = dataclasses.replace(RECORD, name="shop")


@pytest.mark.parametrize(
    ("memory", "record", "found", "here", "verdict"),
    [
        (KNOWN, RECORD, PLACE, HERE, Verdict.SAME),
        # The database has moved on since this machine looked.
        (Memory("L1", 5, "p"), RECORD, PLACE, HERE, Verdict.SAME),
        # An old backup in the original's place.
        (Memory("L1", 101, "p"), RECORD, PLACE, HERE, Verdict.COPY),
        # A dump: into another server, another database, or over itself.
        (KNOWN, RECORD, Whereabouts("x", 1, 2, 3), HERE, Verdict.COPY),
        (KNOWN, RECORD, Whereabouts("c", 1, 9, 3), HERE, Verdict.COPY),
        (KNOWN, RECORD, Whereabouts("c", 1, 2, 9), HERE, Verdict.COPY),
        # Another machine; the same files in another folder or on another machine.
        (None, RECORD, PLACE, HERE, Verdict.COPY),
        (KNOWN, RECORD, PLACE, Here("", "elsewhere"), Verdict.COPY),
        # Another database altogether.
        (Memory("L9", 1, "p"), RECORD, PLACE, HERE, Verdict.COPY),
        # A name that all machines share lets a new one in, wherever it is.
        (None, NAMED, PLACE, Here("shop", "elsewhere"), Verdict.SAME),
        (KNOWN, NAMED, PLACE, Here("shop", "elsewhere"), Verdict.SAME),
        (KNOWN, NAMED, PLACE, Here("staging", "p"), Verdict.COPY),
        (Memory("L1", 101, "p"), NAMED, PLACE, Here("shop", "p"), Verdict.COPY),
        (None, RECORD, PLACE, Here("shop", "p"), Verdict.COPY),
        # A replica that took over may lack the last ticks, but not an hour of them.
        (KNOWN, RECORD, Whereabouts("c", 2, 2, 3), HERE, Verdict.FAILOVER),
        (Memory("L1", 150, "p"), RECORD, Whereabouts("c", 2, 2, 3), HERE, Verdict.FAILOVER),
        (Memory("L1", 999, "p"), RECORD, Whereabouts("c", 2, 2, 3), HERE, Verdict.COPY),
        (None, RECORD, Whereabouts("c", 2, 2, 3), HERE, Verdict.COPY),
        # Doubted, and decided since.
        (Memory("L1", 100, "p", PLACE.holding("L1")), RECORD, PLACE, HERE, Verdict.COPY),
        (
            Memory("L1", 999, "q", PLACE.holding("L1")),
            dataclasses.replace(RECORD, lineage="L2", former="L1"),
            PLACE,
            HERE,
            Verdict.SAME,
        ),
        # Decided while this machine was away.
        (
            Memory("L1", 999, "p"),
            dataclasses.replace(RECORD, lineage="L2", former="L1"),
            PLACE,
            HERE,
            Verdict.SAME,
        ),
        # Another database was doubted from here, for a while: that says nothing of this one.
        (Memory("L1", 100, "p", PLACE.holding("L7")), RECORD, PLACE, HERE, Verdict.SAME),
        (Memory("L1", 100, "p", ELSEWHERE.holding("L1")), RECORD, PLACE, HERE, Verdict.SAME),
    ],
)
def test_what_a_database_is_to_this_machine(memory, record, found, here, verdict):
    assert judge(memory, record, found, here) is verdict

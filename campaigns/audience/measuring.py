"""What may be recorded of a person: the workspace's policy meets what they said.

Pure data. Launching reads it through `ContactQuerySet.with_measuring_mode`.
"""

from collections.abc import Mapping

NONE, AGGREGATE, INDIVIDUAL = "none", "aggregate", "individual"
# From the least to the most that is recorded.
MODES = (NONE, AGGREGATE, INDIVIDUAL)

# (workspace policy) → (what the person last said) → the most that may be recorded.
# Who refused is not even part of a total: a pixel would still load from their device.
_MOST: Mapping[str, Mapping[str, str]] = {
    "strict": {"granted": INDIVIDUAL},
    "consent": {"granted": INDIVIDUAL, "unknown": AGGREGATE},
    "opt_out": {"granted": INDIVIDUAL, "unknown": INDIVIDUAL},
}


def most(policy: str, said: str) -> str:
    """Return the most that may be recorded of a person who `said` so, under `policy`."""
    return _MOST[policy].get(said, NONE)


def least(*modes: str) -> str:
    """Return the one of `modes` that records least."""
    return min(modes, key=MODES.index)


# From the one that asks most of the sender to the one that asks least.
_POLICIES = tuple(_MOST)


def strictest(*policies: str) -> str:
    """Return the strictest of `policies`; an empty one leaves it to the others."""
    return min(filter(None, policies), key=_POLICIES.index)

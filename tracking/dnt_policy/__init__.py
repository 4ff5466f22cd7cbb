"""EFF's Do Not Track policy, to the byte as blockers accept it; see SOURCE.md."""

from pathlib import Path

TEXT = Path(__file__).with_name("dnt-policy-1.0.txt")
# Of the text as it was published: what blockers compare with.
SHA1 = "a18e8dba6848d3fc241b03b88291cb75a3cfec3b"

"""How long a mail that is refused "for now" is tried again: SQL for the settling of results.

`d` is the delivery, `r` its result, and `%(deadline)s` the time from the first try on. The
last try is at the deadline itself; refused for now then, too, it is `expired`.
"""

# Of those refused for now. A try that was none after all does not begin anything.
FIRST_TRIED = """
    CASE WHEN r.state = 'pending' AND NOT r.untried
         THEN COALESCE(d.first_tried_at, d.sending_at) ELSE d.first_tried_at END
"""

# Asked several times of a row, which must be told the same: by the moment of the statement.
OVER = """
    (r.state = 'pending' AND NOT r.untried
     AND statement_timestamp() >= COALESCE(d.first_tried_at, d.sending_at) + %(deadline)s)
"""

# What has waited long for other reasons, a pause or a provider, is not kept waiting for this.
NEXT_TRY = """
    GREATEST(clock_timestamp(),
             LEAST(clock_timestamp() + r.delay * interval '1 second',
                   COALESCE(d.first_tried_at, d.sending_at) + %(deadline)s))
"""

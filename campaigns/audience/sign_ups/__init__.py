"""People put themselves on a list: forms, their limits, and confirming."""

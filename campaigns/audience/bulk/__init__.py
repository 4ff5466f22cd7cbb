"""Change many contacts at once: choose them, choose what changes, do it in steps, undo it."""

"""Templates of a workspace, those that we bring along, and blocks kept for later."""

"""Files of people become people: read, checked, staged, merged, and undone."""

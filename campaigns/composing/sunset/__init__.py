"""Ask people who were not seen for long whether they want to stay, and let go who is silent."""

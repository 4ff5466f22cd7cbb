"""The forms of the accounts room."""

"""The pages of the accounts room, a module per concern."""

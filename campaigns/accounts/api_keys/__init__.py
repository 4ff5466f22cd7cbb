"""Keys by which programs act for a member: made, opened, counted and revoked."""

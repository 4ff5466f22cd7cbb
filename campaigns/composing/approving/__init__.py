"""A second pair of eyes: comments on a campaign, and another member's yes before it goes out."""

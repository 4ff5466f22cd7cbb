"""Tests of a campaign: mailed to oneself and to saved groups, outside every count."""

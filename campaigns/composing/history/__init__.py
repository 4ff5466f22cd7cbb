"""What a campaign said before: kept at every save, compared, brought back."""

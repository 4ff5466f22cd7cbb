"""The most that a list or a campaign may record of anybody."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tracking(models.TextChoices):
    """From the least to the most; the weakest of all that apply wins."""

    NONE = "none", _("Nothing: no pixel, links untouched")
    AGGREGATE = "aggregate", _("Totals only: nobody is told apart")
    INDIVIDUAL = "individual", _("Per person, for those who may be measured")

"""Whom tests of campaigns go to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from campaigns.accounts.models import Workspace


class TestGroup(models.Model):
    """Addresses that get tests together, under a name."""

    __test__ = False

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="test_groups", db_index=False
    )
    name = models.CharField(max_length=60)
    addresses = ArrayField(models.EmailField(max_length=254))

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="sending_test_group_once")
        ]

    def __str__(self) -> str:
        return self.name

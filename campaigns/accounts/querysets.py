"""Questions about users and workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.db import models

if TYPE_CHECKING:
    from campaigns.accounts.models import Member, Sender, User, Workspace


class UserManager(BaseUserManager["User"]):
    """Make users, and find them whatever the case of their address."""

    def create_user(self, email: str, password: str, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class SenderQuerySet(models.QuerySet["Sender"]):
    """From identities."""

    def real(self) -> SenderQuerySet:
        """Those whose mails leave this machine: with the first of them the inbox is off."""
        return self.exclude(provider__kind="inbox")


class MemberQuerySet(models.QuerySet["Member"]):
    """Places of users in workspaces."""

    def of_user(self, user: User) -> MemberQuerySet:
        """All places of one user, oldest first, with what every page shows of the workspaces."""
        senders = apps.get_model("accounts", "Sender").objects.real()
        in_workspace = senders.filter(workspace=models.OuterRef("workspace"))
        return (
            self.filter(user=user)
            .annotate(has_real_sender=models.Exists(in_workspace))
            .select_related("workspace")
            .order_by("workspace_id")
        )

    def in_workspace(self, workspace: Workspace) -> MemberQuerySet:
        """The members of one workspace, by address, with their users."""
        return (
            self.filter(workspace=workspace)
            .select_related("user", "workspace")
            .order_by("user__email")
        )

    def owners(self, workspace_id: int) -> MemberQuerySet:
        """The owners of a workspace."""
        return self.filter(workspace_id=workspace_id, role="owner")

    def lock(self) -> list[int]:
        """Hold these rows until the transaction ends, and return their ids."""
        return list(self.select_for_update().order_by("pk").values_list("pk", flat=True))

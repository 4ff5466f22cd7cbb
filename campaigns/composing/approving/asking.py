"""Ask another member for a yes, give it, and do without.

The yes is to what the campaign says: whoever saves it afterwards has to ask again, also by
changing a comma. Nobody says yes to what they asked for themselves.
"""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.accounts import roles
from campaigns.accounts.models import Member, User
from campaigns.composing.models import Approval, Campaign


def others(campaign: Campaign, user: User) -> QuerySet[User]:
    """Return the members who can be asked: all but the asker and those who only look."""
    can = [Member.Role.MARKETER, Member.Role.OWNER]
    members = Member.objects.filter(workspace=campaign.workspace_id, role__in=can)
    return User.objects.filter(pk__in=members.values("user")).exclude(pk=user.pk).order_by("email")


def ask(campaign: Campaign, of: User, by: User) -> Approval:
    """Let the campaign need a yes of `of`. Whoever was asked before is not any more."""
    values = {"asked_of": of, "asked_by": by, "version": None, "approved_by": None}
    approval, _made = Approval.objects.update_or_create(
        campaign=campaign,
        defaults={**values, "workspace_id": campaign.workspace_id, "approved_at": None},
    )
    return approval


def may_approve(approval: Approval, user: User, role: str) -> bool:
    """Whether the member may say yes: who was asked, or an owner who did not ask."""
    if approval.asked_by_id == user.pk:
        return False
    return approval.asked_of_id == user.pk or roles.at_least(role, Member.Role.OWNER)


def approve(approval: Approval, user: User, *, version: int) -> bool:
    """Say yes to what was looked at; False when it has changed since."""
    same = Approval.objects.filter(pk=approval.pk, campaign__version=version)
    return bool(same.update(version=version, approved_by=user, approved_at=Now()))


def withdraw(campaign: Campaign) -> bool:
    """Do without; say whether there was something to withdraw."""
    return bool(Approval.objects.filter(campaign=campaign).delete()[0])


def waiting_for(user: User, workspace_id: int, role: str) -> QuerySet[Approval]:
    """Return what a member was asked for and has not said yes to, the oldest first.

    Where who was asked is gone, that is every owner but the asker.
    """
    return _waiting(workspace_id).filter(_mine(user, role))


def waiting_for_others(user: User, workspace_id: int, role: str) -> QuerySet[Approval]:
    """Return what only other members of the workspace were asked for, the oldest first."""
    rows = _waiting(workspace_id)
    return rows.exclude(pk__in=rows.filter(_mine(user, role)).order_by().values("pk"))


def _mine(user: User, role: str) -> Q:
    mine = Q(asked_of=user)
    if roles.at_least(role, Member.Role.OWNER):
        mine |= Q(asked_of=None) & (~Q(asked_by=user) | Q(asked_by=None))
    return mine


def _waiting(workspace_id: int) -> QuerySet[Approval]:
    open_ = Approval.objects.filter(workspace=workspace_id, campaign__status=Campaign.Status.DRAFT)
    rows = open_.exclude(version=F("campaign__version"))
    return rows.select_related("campaign", "asked_by", "asked_of").order_by("asked_at")


def obstacle(campaign: Campaign) -> str:
    """Say what the campaign waits for, or nothing."""
    approval = Approval.objects.filter(campaign=campaign.pk).select_related("asked_of").first()
    if approval is None or approval.version == campaign.version:
        return ""
    who = approval.asked_of.email if approval.asked_of else _("an owner")
    if approval.version:
        return _("It was changed after %(who)s said yes: ask again.") % {"who": who}
    return _("It waits for the yes of %(who)s.") % {"who": who}

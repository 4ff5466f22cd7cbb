"""Pass on by mail what is said about a campaign, to those who take part in it.

A talk is let settle, so that ten short comments are one mail. Nobody is told of what they said
themselves, or of what was said before they last spoke: they were on the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.accounts.models import Member, User
from campaigns.composing.approving import telling
from campaigns.composing.models import Approval, Campaign, Comment

# A mail goes when nobody said anything for so long, or the first comment waits for the longest.
QUIET = timedelta(minutes=2)
LONGEST = timedelta(minutes=15)
NEWS = timedelta(days=1)
# Seconds between two mails about one campaign, and between two tries of a server that is down.
APART = 300


def due() -> list[int]:
    """Return the campaigns whose talk has settled and was not passed on."""
    return Comment.objects.untold(within=NEWS).settled(quiet=QUIET, longest=LONGEST)


def pass_on(campaign_id: int) -> bool:
    """Mail what was said since the last time, and say whether a server took any of it.

    Where it takes nothing at all, it is tried again some minutes later.
    """
    if not cache.add(f"composing:talk:{campaign_id}", "told", APART):
        return False
    comments = Comment.objects.untold(within=NEWS).filter(campaign=campaign_id).claim()
    campaign = Campaign.objects.select_related("workspace").filter(pk=campaign_id).first()
    if campaign is None or not comments:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        mails = [_mail(campaign, user, news) for user, news in _news(campaign, comments)]
    told = [telling.post(mail, about=f"the talk of campaign {campaign_id}") for mail in mails]
    if mails and not any(told):
        Comment.objects.filter(pk__in=[one.pk for one in comments]).update(told_at=None)
    return any(told)


def takes_part(campaign: Campaign) -> QuerySet[User]:
    """Return who learns of comments, by address.

    Of today's members: its author, whoever commented, who was asked for a yes and who asked.
    """
    members = Member.objects.filter(workspace=campaign.workspace_id).values("user")
    said = Comment.objects.filter(campaign=campaign.pk, author__isnull=False).values("author")
    approvals = Approval.objects.filter(campaign=campaign.pk)
    mine = Q(pk=campaign.created_by_id) | Q(pk__in=said)
    asked = Q(pk__in=approvals.values("asked_of")) | Q(pk__in=approvals.values("asked_by"))
    found = User.objects.filter(mine | asked, is_active=True, pk__in=members)
    return found.order_by("email")


def _news(
    campaign: Campaign, comments: Sequence[Comment]
) -> Iterator[tuple[User, Sequence[Comment]]]:
    for user in takes_part(campaign):
        own = [number for number, one in enumerate(comments) if one.author_id == user.pk]
        since = comments[own[-1] + 1 :] if own else comments
        if since:
            yield user, since


def _mail(campaign: Campaign, user: User, comments: Sequence[Comment]) -> EmailMessage:
    # Nobody's name begins another line of a mail's head.
    name = " ".join(campaign.name.split())
    subject = ngettext("A comment on “%(name)s”", "%(n)d comments on “%(name)s”", len(comments)) % {
        "name": name,
        "n": len(comments),
    }
    said = [f"{one.author or _('Somebody who is gone')}:\n{one.text}" for one in comments]
    page = settings.PUBLIC_URL + reverse("composing:talk", args=[campaign.pk])
    why = _("You get this because you take part in this campaign of %(workspace)s.")
    foot = why % {"workspace": campaign.workspace.name}
    body = "\n\n".join((*said, page, foot))
    return EmailMessage(
        subject, f"{body}\n", to=[user.email], headers={"Auto-Submitted": "auto-generated"}
    )

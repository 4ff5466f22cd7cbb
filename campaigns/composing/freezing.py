"""Freeze what a campaign says into a revision, which deliveries then remember."""

from __future__ import annotations

from campaigns.audience.models import List
from campaigns.composing import rendering, segmenting, writing
from campaigns.composing.models import Campaign, Revision
from tracking import links


def freeze(campaign: Campaign) -> Revision:
    """Return the revision of `campaign` under its current number, made on the first call.

    Its links are registered with tracking. Raises `MergeTagError`.
    """
    frozen = Revision.objects.filter(campaign=campaign, number=campaign.revision).first()
    if frozen is not None:
        return frozen
    draft = unsaved(campaign)
    facts = {
        field.name: getattr(draft, field.name)
        for field in Revision._meta.concrete_fields
        if field.name not in ("id", "campaign", "number", "created_at")
    }
    revision, _ = Revision.objects.get_or_create(
        campaign=campaign, number=campaign.revision, defaults=facts
    )
    return revision


def thaw(campaign: Campaign) -> None:
    """Forget what was frozen of a campaign that goes to nobody: sender and address may change."""
    Revision.objects.filter(campaign=campaign, number=campaign.revision).delete()


def unsaved(campaign: Campaign) -> Revision:
    """Return what `freeze` would keep, without keeping it: for test mails.

    Links are registered, as those of a test mail must lead somewhere. Raises `MergeTagError`.
    """
    revision = unregistered(campaign)
    urls = writing.web_addresses(revision.html, revision.text)
    numbers = links.register(campaign.pk, campaign.workspace_id, urls)
    revision.links = {url: numbers[url] for url in urls}
    return revision


def unregistered(campaign: Campaign) -> Revision:
    """Return the content of `campaign` as it stands, for previews: nothing is written."""
    content = rendering.render(campaign)
    sender = campaign.sender
    list_name, list_key = _list_identity(campaign)
    return Revision(
        workspace=campaign.workspace,
        campaign=campaign,
        number=campaign.revision,
        subject=campaign.subject,
        preheader=campaign.preheader,
        from_name=sender.name if sender else campaign.workspace.name,
        from_email=sender.email if sender else "",
        reply_to=campaign.reply_to or (sender.reply_to if sender else ""),
        unsubscribe_mailbox=sender.unsubscribe_mailbox if sender else "",
        postal_address=campaign.workspace.postal_address,
        language=campaign.spoken,
        list_name=list_name,
        list_key=list_key,
        words=campaign.format in (campaign.Format.MARKDOWN, campaign.Format.BLOCKS),
        html=content.html,
        text=content.text,
        segments=segmenting.asked(
            campaign.workspace, campaign.subject, campaign.preheader, content.html, content.text
        ),
    )


def _list_identity(campaign: Campaign) -> tuple[str, str]:
    """Name the list that a mail program files this mail under."""
    lists: list[List] = list(campaign.lists.all()[:2]) if campaign.pk else []
    if len(lists) == 1:
        return lists[0].name, f"list-{lists[0].pk}"
    return campaign.workspace.name, f"workspace-{campaign.workspace_id}"

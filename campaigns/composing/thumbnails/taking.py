"""Keep the small pictures of campaigns up with what is written in them."""

from __future__ import annotations

import base64
import logging
import re
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from campaigns.composing import lights, previewing
from campaigns.composing.headers import HeaderError
from campaigns.composing.lights import Light
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign
from campaigns.composing.pictures import addresses, keeping
from campaigns.composing.pictures.showing import FILE
from campaigns.composing.templating import starters
from campaigns.composing.thumbnails import chromium
from campaigns.composing.thumbnails.models import Thumbnail

logger = logging.getLogger(__name__)

# Somebody who still writes gets a picture when they pause.
QUIET = timedelta(seconds=10)
_STARTER = r"media/starters/(?P<starter>[a-z0-9-]+)\.png"
# Each takes about a second; others wait for the next round.
AT_ONCE = 5
_ADDRESS = re.compile(rf"https?://[^\s\"'<>()]*?/(?:(?P<path>{FILE.pattern})|{_STARTER})")


def take() -> int:
    """Take the pictures that are missing or old, the newest first, and return how many."""
    program = chromium.find()
    if not program:
        return 0
    old = Q(thumbnail=None) | ~Q(thumbnail__version=F("version"))
    written = Campaign.objects.filter(old, updated_at__lt=timezone.now() - QUIET).exclude(body="")
    chosen = written.select_related("workspace", "sender").order_by("-updated_at")[:AT_ONCE]
    return sum(_keep(campaign, _picture(program, campaign)) for campaign in chosen)


def _keep(campaign: Campaign, image: bytes) -> bool:
    """Keep a picture, and say whether there still is a campaign that it is of."""
    facts = {"workspace": campaign.workspace, "version": campaign.version, "image": image}
    try:
        # The key is checked at the end of the transaction.
        with transaction.atomic():
            Thumbnail.objects.update_or_create(campaign=campaign, defaults=facts)
    except IntegrityError:
        return False
    return True


def _picture(program: str, campaign: Campaign) -> bytes:
    try:
        mail = previewing.preview(campaign).html
        return chromium.shoot(program, lights.lit(_with_pictures(mail), Light.DAY))
    except (MergeTagError, HeaderError):
        return b""  # Until it is mended, which makes it another version.
    except chromium.ShotError as error:
        logger.warning("There is no thumbnail of campaign %d: %s", campaign.pk, error)
        return b""


def _with_pictures(mail: str) -> str:
    """Put pictures of the library and of templates into the mail itself: nothing is fetched."""

    def inside(match: re.Match[str]) -> str:
        found = _file(match["path"], match["starter"])
        if found is None:
            return match.group()
        kind, data = found
        return f"data:{kind};base64,{base64.b64encode(data).decode()}"

    return _ADDRESS.sub(inside, mail)


def _file(path: str | None, starter: str | None) -> tuple[str, bytes] | None:
    """Return what a picture is, and its bytes; None where it is not there."""
    if starter:
        drawn = starters.pictures().get(starter)
        return ("image/png", drawn.read_bytes()) if drawn else None
    try:
        with keeping.storage().open(str(path)) as file:
            return str(addresses.content_type(str(path))), file.read()
    except FileNotFoundError:
        return None

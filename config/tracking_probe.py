"""Say whether anybody but us records opens and clicks, and where a person has to look."""

from django.db import DatabaseError

from campaigns.accounts import provider_tracking
from campaigns.accounts.models import Provider
from campaigns.sending.models import Leak
from config.probes import ProbeError


def tracking() -> str:
    """Name providers that track behind our back; else those that have to be looked at."""
    try:
        leaks = Leak.objects.filter(mended_at__isnull=True).select_related("provider")
        leaking = [_name(leak.provider) for leak in leaks.order_by("provider_id")]
        in_use = Provider.objects.filter(senders__isnull=False).distinct().order_by("pk")
        to_look_at = [
            _name(provider)
            for provider in in_use
            if not provider_tracking.of(provider.kind).per_mail
        ]
    except DatabaseError as error:
        raise ProbeError("cannot be looked at: the database does not answer") from error
    if leaking:
        raise ProbeError(
            f"recorded by {', '.join(leaking)} behind our back; see Settings, Providers, "
            "Tracking by providers"
        )
    if to_look_at:
        return f"no provider told of any; look by hand that it is off at {', '.join(to_look_at)}"
    return "no provider records opens or clicks"


def _name(provider: Provider) -> str:
    return f"provider {provider.pk} ({provider.kind})"

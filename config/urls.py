"""Where every address leads. The pixel and the redirect never come this far: see `wsgi.py`."""

from django.urls import include, path

from config import health

handler404 = "config.lost.not_found"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("campaigns.accounts.urls")),
    path("", include("campaigns.accounts.door_urls")),
    path("", include("campaigns.audience.urls")),
    path("", include("campaigns.composing.urls")),
    path("", include("campaigns.sending.urls")),
    path("", include("campaigns.reports.urls")),
    path("", include("campaigns.archives.urls")),
    path("", include("campaigns.privacy.urls")),
    path("", include("campaigns.api.urls")),
]

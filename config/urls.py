"""Where every address leads. The pixel and the redirect never come this far: see `wsgi.py`."""

from django.urls import include, path

urlpatterns = [
    path("", include("campaigns.accounts.urls")),
    path("", include("campaigns.audience.urls")),
    path("", include("campaigns.composing.urls")),
    path("", include("campaigns.sending.urls")),
    path("", include("campaigns.reports.urls")),
]

"""The reference of `track.hits`: a plain Django view that inserts a row per hit.

As lean as such a view can be: no middleware, the connection kept open, the same tokens
checked, the same pixel answered.
"""

from __future__ import annotations

import os

import django
from django.conf import settings

from config.env import database

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    TOKEN_KEYS=[],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    DATABASES={"default": {**database(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": None}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  # Settings come first.
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from bench.constant_gif import PIXEL  # noqa: E402
from tracking import keys  # noqa: E402
from tracking.tokens import Kind, TokenError  # noqa: E402


class Hit(models.Model):
    """A row per hit, with an index, as such tables have."""

    campaign_id = models.BigIntegerField()
    delivery_id = models.BigIntegerField()
    ip = models.GenericIPAddressField(null=True)
    agent = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"
        db_table = "bench_hit"
        indexes = [models.Index(fields=["campaign_id", "at"], name="bench_hit_campaign")]

    def __str__(self) -> str:
        return f"hit {self.pk}"


def pixel(request: HttpRequest, token: str) -> HttpResponse:
    try:
        found = keys.signer().read(Kind.OPEN, token)
    except TokenError:
        return HttpResponse(PIXEL, content_type="image/gif")
    hit = Hit(
        campaign_id=found.campaign_id,
        delivery_id=found.delivery_id,
        ip=request.META["REMOTE_ADDR"],
        agent=request.META.get("HTTP_USER_AGENT", ""),
    )
    hit.save(force_insert=True)
    headers = {"Cache-Control": "no-store, max-age=0", "Content-Length": str(len(PIXEL))}
    return HttpResponse(PIXEL, content_type="image/gif", headers=headers)


urlpatterns = [path("track/open/<str:token>.gif", pixel)]
application = get_wsgi_application()

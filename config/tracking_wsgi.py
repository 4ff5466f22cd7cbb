"""Tracking alone, for hosts of its own: see docs/scale.md."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tracking import wsgi  # noqa: E402  # Django's registry must be ready before models.

application = wsgi.application(wsgi.nothing_else)

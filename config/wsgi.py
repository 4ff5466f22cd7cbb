"""The web process: tracking's lean callable first, Django for all else."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

from tracking import wsgi  # noqa: E402  # Django's registry must be ready before models.

application = wsgi.application(_django)

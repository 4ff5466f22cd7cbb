"""The documentation of the API, for programs and for people. It says nothing of a workspace."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.accounts.models import ApiKey
from campaigns.api import guide, openapi, problems


@login_not_required
@require_safe
def openapi_json(request: HttpRequest) -> JsonResponse:
    return JsonResponse(openapi.schema())


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show what programs may ask, as the description has it."""
    context = {
        "groups": guide.groups(openapi.schema()),
        "kinds": problems.KINDS.values(),
        "address": settings.PUBLIC_URL,
        "scopes": ApiKey.Scope.choices,
    }
    return render(request, "api/docs.html", context)

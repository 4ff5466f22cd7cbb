"""What an open report asks each second."""

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.accounts.requests import WorkspaceRequest
from campaigns.reports import pulse


@require_safe
@never_cache
def campaign(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Tell htmx that hits came since the page was made, or nothing."""
    if not request.workspace.campaigns.filter(pk=pk).exists():
        raise Http404
    answer = HttpResponse(status=204)
    if request.GET.get("seen") != str(pulse.of(pk)):
        answer["HX-Trigger"] = "hits"
    return answer

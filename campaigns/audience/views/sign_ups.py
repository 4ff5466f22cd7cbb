"""Pages where people sign up for a list, hosted here or framed by a page of the sender's.

They may be posted from any site: there is no cookie, no session and no CSRF token. What is
posted only lets a mail be sent, and how many is limited.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.audience import choosing, languages, tasks, tokens
from campaigns.audience.models import SignUp, SignUpForm
from campaigns.audience.sign_ups import crowding, proof_of_work, signing_up, words
from campaigns.audience.sign_ups.fields import TRAP, SignUpFields

FormView = Callable[[HttpRequest, SignUpForm, bool], HttpResponse]
Page = Callable[..., HttpResponse]


def sign_up_page(view: FormView) -> Page:
    """Open a view of one form to everybody, in the visitor's language, framed where allowed."""

    @wraps(view)
    def page(request: HttpRequest, form_key: str, *, framed: bool = False) -> HttpResponse:
        rows = SignUpForm.objects.select_related("list", "workspace")
        form = get_object_or_404(rows, key=form_key)
        language = languages.of_request(request, first=form.language, last=form.workspace.language)
        with languages.speaking(language):
            response = view(request, form, framed)
        response["Content-Language"] = language
        return _framed(request, response, form) if framed else response

    return login_not_required(csrf_exempt(never_cache(page)))


@require_http_methods(["GET", "HEAD", "POST"])
@sign_up_page
def join(request: HttpRequest, form: SignUpForm, framed: bool) -> HttpResponse:
    """Show the form; a POST asks for a mail to confirm by, and always answers the same."""
    if not form.takes_people:
        return _page(request, "audience/public/join_closed.html", form, framed, status=410)
    if request.method != "POST":
        return _form(request, form, framed, SignUpFields(form))
    fields = SignUpFields(form, request.POST)
    if not fields.is_valid():
        return _form(request, form, framed, fields, status=422)
    proven = proof_of_work.is_proof(
        request.POST.get("challenge", ""), request.POST.get("proof", "")
    )
    if crowding.is_too_much(request, form.pk, proven=proven):
        return _page(request, "audience/public/join_later.html", form, framed, status=429)
    if not request.POST.get(TRAP):
        tasks.mail_sign_up.delay_on_commit(signing_up.ask(form, _asked(request, form, fields)))
    return redirect("audience:framed_asked" if framed else "audience:asked", form.key)


@require_safe
@sign_up_page
def asked(request: HttpRequest, form: SignUpForm, framed: bool) -> HttpResponse:
    """Say what happens next, which is the same for everybody."""
    return _page(request, "audience/public/join_asked.html", form, framed)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@csrf_exempt
@never_cache
def confirm(request: HttpRequest, sealed: str) -> HttpResponse:
    """Show a button; pressing it confirms. Scanners that follow links press none."""
    language = languages.of_request(request)
    try:
        row = signing_up.open_sealed(sealed)
        language = languages.of_request(request, first=row.language)
        with languages.speaking(language):
            response = _confirm(request, row, sealed)
    except signing_up.SigningUpError:
        with languages.speaking(language):
            response = render(request, "audience/public/join_expired.html", status=410)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _confirm(request: HttpRequest, row: SignUp, sealed: str) -> HttpResponse:
    context = {"row": row, "form": row.form, "sealed": sealed}
    if request.method != "POST":
        return render(request, "audience/public/join_confirm.html", context)
    contact, is_new = signing_up.confirm(row)
    if is_new:
        tasks.welcome.delay_on_commit(contact.pk, row.form_id)
    context["token"] = tokens.unsubscribe_token(contact.pk)
    return render(request, "audience/public/join_done.html", context)


def _asked(request: HttpRequest, form: SignUpForm, fields: SignUpFields) -> signing_up.Asked:
    values = fields.cleaned_data
    return signing_up.Asked(
        email=values["email"],
        first_name=values.get("first_name", ""),
        last_name=values.get("last_name", ""),
        fields=fields.own,
        measuring=form.asks_measuring and request.POST.get("measuring") == "yes",
        language=languages.of_request(request, first=form.language, last=form.workspace.language),
    )


def _form(
    request: HttpRequest, form: SignUpForm, framed: bool, fields: SignUpFields, status: int = 200
) -> HttpResponse:
    context = {
        "fields": fields,
        "trap": TRAP,
        "notice": words.notice(form),
        "statement": choosing.statement() if form.asks_measuring else "",
        "measuring": request.POST.get("measuring") == "yes",
        "challenge": proof_of_work.challenge(),
        "bits": proof_of_work.BITS,
    }
    return _page(request, "audience/public/join.html", form, framed, context, status=status)


def _page(
    request: HttpRequest,
    template: str,
    form: SignUpForm,
    framed: bool,
    context: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    facts = {"form": form, "title": words.title(form), "framed": framed}
    return render(request, template, facts | (context or {}), status=status)


def _framed(request: HttpRequest, response: HttpResponse, form: SignUpForm) -> HttpResponse:
    """Let the pages frame it that a member named, and no others."""
    ancestors = {"frame-ancestors": ["'self'", *form.frame_origins]}
    # Marks the response; what comes back is the same one.
    xframe_options_exempt(csp_replace(ancestors)(lambda _request: response))(request)
    return response

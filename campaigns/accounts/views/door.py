"""The doors: set-up of an empty house, signing in and out, a forgotten password."""

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.accounts import policies, roles, setting_up
from campaigns.accounts.forms.workspace import SetUpForm


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the first workspace and sign its owner in; shut for good afterwards."""
    if setting_up.is_set_up():
        return redirect("account_login")
    form = SetUpForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "policies": policies.EXPLANATIONS}
        return render(request, "accounts/set_up.html", context)
    values = form.cleaned_data
    try:
        owner = setting_up.set_up(
            form.save(commit=False), email=values["email"], password=values["password"]
        )
    except setting_up.AlreadySetUpError:
        return redirect("account_login")
    auth.login(request, owner)
    return redirect("/")


@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if not setting_up.is_set_up():
        return redirect("accounts:setup")
    response: HttpResponse = allauth_views.login(request)
    return response


@roles.any_role
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = allauth_views.logout(request)
    return response


@roles.any_role
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; all other sessions of the person end."""
    response: HttpResponse = allauth_views.password_change(request)
    return response


@login_not_required
@never_cache
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Mail a link to choose a new password, or say who to ask where mail is not set up."""
    if not settings.SYSTEM_MAIL_URL:
        return render(request, "accounts/forgotten_password.html")
    response: HttpResponse = allauth_views.password_reset(request)
    return response

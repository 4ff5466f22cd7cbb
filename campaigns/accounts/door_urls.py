"""Addresses of signing in and out, under the names that allauth reverses: outside a namespace.

Only what we use is mounted; there is no way to sign up.
"""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from campaigns.accounts.views import door

urlpatterns = [
    path("sign-in/", door.sign_in, name="account_login"),
    path("sign-out/", door.sign_out, name="account_logout"),
    path("sign-in/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("settings/password/", door.change_password, name="account_change_password"),
    path("password/forgotten/", door.forgotten_password, name="account_reset_password"),
    path(
        "password/forgotten/sent/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

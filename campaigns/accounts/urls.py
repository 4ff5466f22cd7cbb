"""Addresses of the accounts room. allauth's views keep the names that allauth reverses."""

from django.urls import path

from campaigns.accounts.views import (
    api_keys,
    door,
    members,
    providers,
    senders,
    signing,
    workspace,
)

app_name = "accounts"

urlpatterns = [
    path("setup/", door.set_up, name="setup"),
    path("settings/", workspace.workspace_settings, name="settings"),
    path("settings/senders/", senders.senders, name="senders"),
    path("settings/senders/new/", senders.new_sender, name="new_sender"),
    path("settings/senders/signing/", signing.sender_signing, name="sender_signing"),
    path(
        "settings/senders/signing/change/",
        signing.change_sender_signing,
        name="change_sender_signing",
    ),
    path("settings/senders/<int:pk>/", senders.edit_sender, name="edit_sender"),
    path("settings/senders/<int:pk>/delete/", senders.delete_sender, name="delete_sender"),
    path("settings/providers/", providers.providers, name="providers"),
    path("settings/providers/new/<slug:kind>/", providers.new_provider, name="new_provider"),
    path("settings/providers/<int:pk>/", providers.edit_provider, name="edit_provider"),
    path("settings/providers/<int:pk>/delete/", providers.delete_provider, name="delete_provider"),
    path("settings/members/", members.members, name="members"),
    path("settings/members/new/", members.new_member, name="new_member"),
    path("settings/members/<int:pk>/role/", members.change_role, name="change_role"),
    path("settings/members/<int:pk>/password/", members.set_password, name="set_password"),
    path("settings/members/<int:pk>/remove/", members.remove_member, name="remove_member"),
    path("settings/keys/", api_keys.api_keys, name="api_keys"),
    path("settings/keys/<int:pk>/revoke/", api_keys.revoke_api_key, name="revoke_api_key"),
    path("settings/audit/", workspace.audit_log, name="audit"),
    path("workspaces/<int:pk>/switch/", workspace.switch, name="switch"),
]

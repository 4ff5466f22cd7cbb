"""Addresses of bounce mailboxes, within the sending room."""

from django.urls import path

from campaigns.sending.bounces import views

urlpatterns = [
    path("settings/senders/<int:pk>/bounces/", views.bounce_mailbox, name="bounce_mailbox"),
    path(
        "settings/senders/<int:pk>/bounces/check/",
        views.check_bounce_mailbox,
        name="check_bounce_mailbox",
    ),
    path(
        "settings/senders/<int:pk>/bounces/drop/",
        views.drop_bounce_mailbox,
        name="drop_bounce_mailbox",
    ),
]

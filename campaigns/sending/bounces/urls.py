"""Addresses of bounce mailboxes, within the sending room."""

from django.urls import path

from campaigns.sending.bounces import views

urlpatterns = [
    path("settings/senders/<int:pk>/bounces/", views.sender_bounces, name="sender_bounces"),
    path(
        "settings/senders/<int:pk>/bounces/check/",
        views.check_sender_bounces,
        name="check_sender_bounces",
    ),
    path(
        "settings/senders/<int:pk>/bounces/drop/",
        views.drop_sender_bounces,
        name="drop_sender_bounces",
    ),
]

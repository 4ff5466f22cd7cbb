"""Addresses of the sending room."""

from django.urls import path

from campaigns.sending import views
from campaigns.sending.bounces.urls import urlpatterns as bounce_patterns
from campaigns.sending.inbox.urls import urlpatterns as inbox_patterns
from campaigns.sending.testing.urls import urlpatterns as testing_patterns

app_name = "sending"
urlpatterns = [
    path("campaigns/<int:pk>/", views.campaign, name="campaign"),
    path("campaigns/<int:pk>/progress/", views.progress, name="progress"),
    path("campaigns/<int:pk>/send/", views.confirm, name="confirm"),
    path("campaigns/<int:pk>/pause/", views.pause, name="pause"),
    path("campaigns/<int:pk>/resume/", views.resume, name="resume"),
    path("campaigns/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("campaigns/<int:pk>/rest/", views.send_rest, name="send_rest"),
    path("campaigns/<int:pk>/mailbox/", views.resume_mailbox, name="resume_mailbox"),
    path("campaigns/<int:pk>/draft/", views.to_draft, name="to_draft"),
    path("settings/senders/<int:pk>/pace/", views.pace, name="pace"),
    path("settings/providers/<int:pk>/pace/", views.provider_pace, name="provider_pace"),
    path("settings/senders/<int:pk>/resume/", views.resume_sender, name="resume_sender"),
    path("settings/senders/<int:pk>/warm-up/", views.ramp, name="ramp"),
    path("campaigns/<int:pk>/retry/", views.retry, name="retry"),
    path("campaigns/<int:pk>/unconfirmed/", views.unconfirmed, name="unconfirmed"),
    path("campaigns/<int:pk>/on-unknown/", views.on_unknown, name="on_unknown"),
    path("campaigns/<int:pk>/joined/", views.joined, name="joined"),
    path("campaigns/<int:pk>/non-openers/", views.remind, name="remind"),
    path("campaigns/<int:pk>/stop-measuring/", views.stop_measuring, name="stop_measuring"),
    path("settings/copy/", views.decide, name="fence"),
    path("settings/tracking/", views.leaks, name="leaks"),
    path("settings/providers/<int:pk>/tracking/", views.mend_leak, name="mend_leak"),
    path("settings/providers/<int:pk>/connection/", views.connection, name="provider_connection"),
    path("settings/providers/<int:pk>/events/", views.door, name="door"),
    path("settings/topics/<int:pk>/", views.topic, name="topic"),
    path("v/<str:token>/", views.web_version, name="web_version"),
    path("events/<int:pk>/<slug:secret>/", views.provider_events, name="provider_events"),
    *bounce_patterns,
    *inbox_patterns,
    *testing_patterns,
]

"""Addresses of the local inbox, within the sending room."""

from django.urls import path

from campaigns.sending.inbox import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/empty/", views.empty_inbox, name="empty_inbox"),
    path("inbox/<int:pk>/", views.inbox_mail, name="inbox_mail"),
    path("inbox/<int:pk>/html/", views.inbox_html, name="inbox_html"),
    path("inbox/<int:pk>/source.eml", views.inbox_source, name="inbox_source"),
]

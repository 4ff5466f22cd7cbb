"""Addresses of the archives room: for owners alone."""

from django.urls import path

from campaigns.archives import views

app_name = "archives"

urlpatterns = [
    path("settings/archives/", views.archives, name="archives"),
    path("settings/archives/new/", views.ask, name="ask"),
    path("settings/archives/<int:pk>/", views.archive, name="archive"),
    path("settings/archives/<int:pk>/workspace.zip", views.download, name="download"),
    path("settings/archives/<int:pk>/cancel/", views.cancel_archive, name="cancel_archive"),
    path("settings/archives/<int:pk>/delete/", views.delete_archive, name="delete_archive"),
    path("settings/restore/", views.upload, name="upload"),
    path("settings/restorations/<int:pk>/", views.restoration, name="restoration"),
    path(
        "settings/restorations/<int:pk>/cancel/",
        views.cancel_restoration,
        name="cancel_restoration",
    ),
]

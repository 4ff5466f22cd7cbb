"""Addresses of the history of a campaign."""

from django.urls import path

from campaigns.composing.history import views

urlpatterns = [
    path("", views.versions, name="versions"),
    path("compare/", views.compare, name="compare"),
    path("turn/", views.turn, name="turn"),
    path("<int:number>/", views.version, name="version"),
    path("<int:number>/restore/", views.restore, name="restore_version"),
]

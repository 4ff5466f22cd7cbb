"""Addresses of the composing room."""

from django.urls import include, path

from campaigns.composing import views
from campaigns.composing.inspecting import views as inspecting

app_name = "composing"
urlpatterns = [
    path("", include("campaigns.composing.approving.urls")),
    path("", include("campaigns.composing.pictures.urls")),
    path("", include("campaigns.composing.proofing.urls")),
    path("", include("campaigns.composing.publishing.urls")),
    path("", include("campaigns.composing.sunset.urls")),
    path("", include("campaigns.composing.brands.urls")),
    path("", include("campaigns.composing.templating.urls")),
    path("", include("campaigns.composing.thumbnails.urls")),
    path("campaigns/new/", views.new, name="new"),
    path("campaigns/<int:pk>/edit/", views.edit, name="edit"),
    path("campaigns/<int:pk>/preview/", views.preview, name="preview"),
    path("campaigns/<int:pk>/preview/frame/", views.frame, name="frame"),
    path("campaigns/<int:pk>/duplicate/", views.duplicate, name="duplicate"),
    path("campaigns/<int:pk>/delete/", views.delete, name="delete"),
    path("campaigns/<int:pk>/versions/", include("campaigns.composing.history.urls")),
    path("inspector/", inspecting.inspector, name="inspector"),
    path("inspect/", inspecting.public_inspector, name="public_inspector"),
]

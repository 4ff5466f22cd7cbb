"""The address of a small picture, within the composing room."""

from django.urls import path

from campaigns.composing.thumbnails import views

urlpatterns = [path("campaigns/<int:pk>/thumbnail/", views.thumbnail, name="thumbnail")]

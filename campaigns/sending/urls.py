"""Addresses of the sending room."""

from django.urls import URLPattern

app_name = "sending"
urlpatterns: list[URLPattern] = []

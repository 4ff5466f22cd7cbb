"""Addresses of the composing room."""

from django.urls import URLPattern

app_name = "composing"
urlpatterns: list[URLPattern] = []

"""Addresses of the brand."""

from django.urls import path

from campaigns.composing.brands import views

urlpatterns = [
    path("brand/", views.brand, name="brand"),
    path("brand/preview/", views.preview, name="brand_preview"),
    path("brand/frame/", views.frame, name="brand_frame"),
]

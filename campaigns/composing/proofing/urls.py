"""Addresses of the proofs."""

from django.urls import path

from campaigns.composing.proofing import views

urlpatterns = [
    path("campaigns/<int:pk>/check/", views.check, name="check"),
    path("campaigns/<int:pk>/check/others/", views.others, name="check_others"),
    path("campaigns/<int:pk>/check/links/", views.links, name="check_links"),
]

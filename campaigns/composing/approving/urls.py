"""Addresses of the talk about campaigns."""

from django.urls import path

from campaigns.composing.approving import views

urlpatterns = [
    path("campaigns/waiting/", views.waiting, name="waiting"),
    path("campaigns/<int:pk>/talk/", views.talk, name="talk"),
    path("campaigns/<int:pk>/talk/ask/", views.ask, name="ask_approval"),
    path("campaigns/<int:pk>/talk/approve/", views.approve, name="approve"),
    path("campaigns/<int:pk>/talk/withdraw/", views.withdraw, name="withdraw_approval"),
]

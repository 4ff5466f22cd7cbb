"""Addresses of the privacy room; all of them are for recipients."""

from django.urls import path

from campaigns.privacy import views

app_name = "privacy"

urlpatterns = [
    path("p/<str:token>/kept/", views.asking, name="asking"),
    path("kept/<str:sealed>/", views.everything, name="everything"),
    path("kept/<str:sealed>/kept-about-me.json", views.take_away, name="take_away"),
]

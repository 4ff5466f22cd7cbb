"""Addresses of the privacy room; all but the first two are for recipients."""

from django.urls import path

from campaigns.privacy.views import members, recipients

app_name = "privacy"

urlpatterns = [
    path("contacts/<int:pk>/erase/", members.erase_contact, name="erase_contact"),
    path("contacts/<int:pk>/kept.json", members.kept, name="kept"),
    path("p/<str:token>/kept/", recipients.asking, name="asking"),
    path("kept/<str:sealed>/", recipients.everything, name="everything"),
    path("kept/<str:sealed>/erase/", recipients.erase_me, name="erase_me"),
    path("kept/<str:sealed>/kept-about-me.json", recipients.take_away, name="take_away"),
]

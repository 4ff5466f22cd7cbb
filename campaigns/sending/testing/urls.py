"""Addresses of tests, within the sending room."""

from django.urls import path

from campaigns.sending.testing import views

urlpatterns = [
    path("campaigns/<int:pk>/test/", views.test, name="test"),
    path("campaigns/<int:pk>/test/people/", views.people, name="test_people"),
    path(
        "campaigns/<int:pk>/test/groups/<int:group_pk>/forget/",
        views.forget_group,
        name="forget_test_group",
    ),
]

"""Addresses of hygiene: odd addresses, and people who were not seen for long."""

from django.urls import path

from campaigns.composing.sunset import views

urlpatterns = [
    path("contacts/hygiene/", views.hygiene, name="hygiene"),
    path("contacts/hygiene/rules/new/", views.new_rule, name="new_sunset_rule"),
    path("contacts/hygiene/rules/<int:pk>/", views.edit_rule, name="sunset_rule"),
    path("contacts/hygiene/rules/<int:pk>/delete/", views.delete_rule, name="delete_sunset_rule"),
    path("contacts/hygiene/rules/<int:pk>/ask/", views.ask, name="ask_to_stay"),
    path("contacts/hygiene/rules/<int:pk>/review/", views.review, name="review_sunset"),
    path("contacts/hygiene/rules/<int:pk>/spare/", views.spare, name="spare_from_sunset"),
    path("contacts/hygiene/rules/<int:pk>/drop/", views.drop, name="drop_sunset"),
]

"""Addresses of public pages: where members set them up, and where everybody reads."""

from django.urls import path

from campaigns.composing.publishing import public, views

urlpatterns = [
    path("lists/<int:pk>/page/", views.edit_page, name="list_page"),
    path("lists/<int:pk>/page/<int:campaign_pk>/", views.show_mail, name="show_mail"),
    path("news/<slug:key>/", public.page, name="public_page"),
    path("news/<slug:key>/rss.xml", public.rss, name="public_rss"),
    path("news/<slug:key>/atom.xml", public.atom, name="public_atom"),
    path("news/<slug:key>/<int:pk>/", public.mail, name="public_mail"),
    path("news/<slug:key>/<int:pk>/mail.html", public.frame, name="public_frame"),
]

"""Addresses of templates and kept blocks."""

from django.urls import path

from campaigns.composing.templating import blocks, views

urlpatterns = [
    path("templates/", views.gallery, name="templates"),
    path("templates/import/", views.import_template, name="import_template"),
    path("templates/<int:pk>/", views.template, name="template"),
    path("templates/<int:pk>/frame/", views.template_frame, name="template_frame"),
    path("templates/<int:pk>/duplicate/", views.duplicate_template, name="duplicate_template"),
    path("templates/<int:pk>/delete/", views.delete_template, name="delete_template"),
    path("templates/ours/<slug:starter>/frame/", views.starter_frame, name="starter_frame"),
    path("templates/ours/<slug:starter>/keep/", views.keep_starter, name="keep_starter"),
    path("media/starters/<slug:picture>.png", views.starter_picture, name="starter_picture"),
    path("campaigns/<int:pk>/template/", views.keep_campaign, name="keep_campaign"),
    path("blocks/", blocks.saved_blocks, name="saved_blocks"),
    path("blocks/list/", blocks.list_blocks, name="list_blocks"),
    path("blocks/keep/", blocks.keep_block, name="keep_block"),
    path("blocks/<int:pk>/", blocks.saved_block, name="saved_block"),
    path("blocks/<int:pk>/frame/", blocks.saved_block_frame, name="saved_block_frame"),
]

"""Addresses of the picture library."""

from django.urls import path

from campaigns.composing.pictures import answers, serving, views

urlpatterns = [
    path("pictures/", views.library, name="pictures"),
    path("pictures/choose/", answers.choose, name="choose_picture"),
    path("pictures/upload/", answers.upload, name="upload_picture"),
    path("pictures/folders/new/", views.new_folder, name="new_picture_folder"),
    path("pictures/folders/<int:pk>/", views.folder, name="picture_folder"),
    path("pictures/<int:pk>/", views.picture, name="picture"),
    path("pictures/<int:pk>/alt/", answers.describe_picture, name="describe_picture"),
    path("pictures/<int:pk>/delete/", views.delete_picture, name="delete_picture"),
    path("media/pictures/<path:path>", serving.picture_file, name="picture_file"),
]

"""Addresses of the audience room; the last ones are for recipients."""

from django.urls import path

from campaigns.audience.views import (
    contacts,
    fields,
    imports,
    lists,
    recipients,
    sign_up_forms,
    sign_ups,
    suppressions,
    tags,
)

app_name = "audience"

urlpatterns = [
    path("lists/", lists.lists, name="lists"),
    path("lists/new/", lists.new_list, name="new_list"),
    path("lists/<int:pk>/", lists.one_list, name="list"),
    path("lists/<int:pk>/edit/", lists.edit_list, name="edit_list"),
    path("lists/<int:pk>/delete/", lists.delete_list, name="delete_list"),
    path("lists/<int:pk>/add/", lists.add_contact, name="add_contact"),
    path("lists/<int:pk>/contacts.csv", lists.export_list, name="export_list"),
    path("lists/<int:pk>/import/", imports.upload, name="upload"),
    path("imports/<int:pk>/", imports.one_import, name="import"),
    path("imports/<int:pk>/columns/", imports.mapping, name="mapping"),
    path("imports/<int:pk>/begin/", imports.begin_import, name="begin_import"),
    path("imports/<int:pk>/again/", imports.choose_again, name="choose_again"),
    path("imports/<int:pk>/cancel/", imports.cancel_import, name="cancel_import"),
    path("imports/<int:pk>/undo/", imports.undo_import, name="undo_import"),
    path("imports/<int:pk>/discard/", imports.discard_import, name="discard_import"),
    path("imports/<int:pk>/left-out.csv", imports.import_remarks, name="import_remarks"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/not-mailed/", suppressions.suppressions, name="suppressions"),
    path("contacts/not-mailed/check/", suppressions.check_suppression, name="check_suppression"),
    path("contacts/not-mailed/add/", suppressions.add_suppression, name="add_suppression"),
    path("contacts/not-mailed/lift/", suppressions.lift_suppression, name="lift_suppression"),
    path("contacts/fields/", fields.all_fields, name="fields"),
    path("contacts/fields/new/", fields.new_field, name="new_field"),
    path("contacts/fields/<int:pk>/", fields.edit_field, name="edit_field"),
    path("contacts/fields/<int:pk>/move/", fields.move_field, name="move_field"),
    path("contacts/tags/", tags.all_tags, name="tags"),
    path("contacts/tags/<int:pk>/", tags.edit_tag, name="edit_tag"),
    path("contacts/tags/<int:pk>/merge/", tags.merge_tag, name="merge_tag"),
    path("contacts/tags/<int:pk>/delete/", tags.delete_tag, name="delete_tag"),
    path("contacts/<int:pk>/", contacts.contact, name="contact"),
    path("contacts/<int:pk>/edit/", contacts.edit_contact, name="edit_contact"),
    path("contacts/<int:pk>/tag/", tags.add_tag, name="add_tag"),
    path("contacts/<int:pk>/untag/", tags.remove_tag, name="remove_tag"),
    path("contacts/<int:pk>/subscribe/", contacts.subscribe, name="subscribe"),
    path(
        "contacts/<int:pk>/unsubscribe/<int:list_pk>/",
        contacts.unsubscribe,
        name="unsubscribe_contact",
    ),
    path("contacts/<int:pk>/stop-measuring/", contacts.stop_measuring, name="stop_measuring"),
    path("lists/<int:pk>/form/", sign_up_forms.edit_form, name="sign_up_form"),
    path("join/confirm/<str:sealed>/", sign_ups.confirm, name="confirm_sign_up"),
    path("join/<str:form_key>/", sign_ups.join, name="join"),
    path("join/<str:form_key>/asked/", sign_ups.asked, name="asked"),
    path("join/<str:form_key>/framed/", sign_ups.join, {"framed": True}, name="framed_join"),
    path(
        "join/<str:form_key>/framed/asked/", sign_ups.asked, {"framed": True}, name="framed_asked"
    ),
    path("u/<str:token>/", recipients.unsubscribe, name="unsubscribe"),
    path("u/<str:token>/one-click", recipients.one_click, name="one_click"),
    path("u/<str:token>/undo", recipients.undo, name="undo_unsubscribe"),
    path("u/<str:token>/stop", recipients.stop, name="stop_mail"),
    path("p/<str:token>/", recipients.preferences, name="preferences"),
    path("p/<str:token>/measuring", recipients.measuring, name="own_measuring"),
]

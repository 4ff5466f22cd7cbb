"""Addresses of the sending room."""

from campaigns.sending.inbox.urls import urlpatterns as inbox_patterns

app_name = "sending"
urlpatterns = [
    *inbox_patterns,
]

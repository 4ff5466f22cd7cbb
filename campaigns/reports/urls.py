"""Addresses of the reports room."""

from django.urls import path

from campaigns.reports.views import (
    campaign,
    comparison,
    contact,
    growth,
    overview,
    pulse,
    review,
    saved,
    sharing,
)

app_name = "reports"

urlpatterns = [
    path("", overview.home, name="home"),
    path("last-campaigns.csv", overview.last_csv, name="last_csv"),
    path("list-growth.csv", overview.sizes_csv, name="sizes_csv"),
    path("campaigns/", overview.campaigns, name="campaigns"),
    path("campaigns.csv", overview.campaigns_csv, name="campaigns_csv"),
    path("campaigns/running/", overview.running, name="running"),
    path("campaigns/compare/", comparison.compare, name="compare"),
    path("campaigns/compare.csv", comparison.compare_csv, name="compare_csv"),
    path("campaigns/<int:pk>/report/", campaign.report, name="campaign"),
    path("campaigns/<int:pk>/report/pulse/", pulse.campaign, name="pulse"),
    path("campaigns/<int:pk>/report/recipients/", campaign.recipient_table, name="recipients"),
    path(
        "campaigns/<int:pk>/report/recipients.csv",
        campaign.csv,
        {"what": "recipients"},
        name="recipients_csv",
    ),
    path(
        "campaigns/<int:pk>/report/trouble.csv",
        campaign.csv,
        {"what": "trouble"},
        name="trouble_csv",
    ),
    path(
        "campaigns/<int:pk>/report/events.csv", campaign.csv, {"what": "events"}, name="events_csv"
    ),
    path("campaigns/<int:pk>/report/hits/", campaign.hit_table, name="hits"),
    path("campaigns/<int:pk>/report/hits.csv", campaign.csv, {"what": "hits"}, name="hits_csv"),
    path("campaigns/<int:pk>/report/clicks/", campaign.clicks, name="click_map"),
    path("campaigns/<int:pk>/report/clicks/frame/", campaign.click_frame, name="click_frame"),
    path("campaigns/<int:pk>/report/mailboxes/", campaign.mailboxes, name="mailboxes"),
    path("campaigns/<int:pk>/report/links.csv", campaign.csv, {"what": "links"}, name="links_csv"),
    path(
        "campaigns/<int:pk>/report/over-time.csv",
        campaign.csv,
        {"what": "over-time"},
        name="over_time_csv",
    ),
    path(
        "campaigns/<int:pk>/report/best-hour.csv",
        campaign.csv,
        {"what": "best-hour"},
        name="best_hour_csv",
    ),
    path(
        "campaigns/<int:pk>/report/answers.csv",
        campaign.csv,
        {"what": "answers"},
        name="answers_csv",
    ),
    path(
        "campaigns/<int:pk>/report/breakdowns.csv",
        campaign.csv,
        {"what": "breakdowns"},
        name="breakdowns_csv",
    ),
    path(
        "campaigns/<int:pk>/report/mailboxes.csv",
        campaign.csv,
        {"what": "mailboxes"},
        name="mailboxes_csv",
    ),
    path(
        "campaigns/<int:pk>/report/made-by.csv",
        campaign.csv,
        {"what": "made-by"},
        name="made_by_csv",
    ),
    path("growth/", growth.lists_over_time, name="growth"),
    path("growth.csv", growth.growth_csv, name="growth_csv"),
    path("growth/lively.csv", growth.lively_csv, name="lively_csv"),
    path("review/", review.in_review, name="review"),
    path("review.csv", review.review_csv, name="review_csv"),
    path("reports/", saved.saved_reports, name="saved"),
    path("reports.csv", saved.saved_csv, name="saved_csv"),
    path("reports/save/", saved.save, name="save"),
    path("reports/<int:pk>/mail/", saved.schedule, name="schedule"),
    path("reports/<int:pk>/mail/stop/", saved.unschedule, name="unschedule"),
    path("reports/<int:pk>/delete/", saved.delete, name="delete_saved"),
    path("report-mails/<str:token>/", saved.stop_mails, name="stop_mails"),
    path("campaigns/<int:pk>/report/share/", sharing.share, name="share"),
    path("shares/", sharing.shares, name="shares"),
    path("shares.csv", sharing.shares_csv, name="shares_csv"),
    path("shares/<int:pk>/revoke/", sharing.revoke, name="revoke"),
    path("shared/<str:token>/", sharing.shared, name="shared"),
    path("contacts/<int:pk>/timeline/", contact.timeline, name="contact_timeline"),
    path("contacts/<int:pk>/timeline.csv", contact.timeline_csv, name="contact_timeline_csv"),
]

"""The pages that marketers open, by name; the names in braces stand for what a scene has."""

from collections.abc import Mapping

PREFIX = "report.visit_"
RECIPIENTS = "/campaigns/{campaign}/report/recipients/"
HITS = "/campaigns/{campaign}/report/hits/"
PAGES: Mapping[str, str] = {
    "home": "/",
    "campaigns": "/campaigns/",
    "by_opened": "/campaigns/?sort=-opened",
    "compare": "/campaigns/compare/?c={campaign}&c={under_way}",
    "review": "/review/",
    "growth": "/growth/",
    "growth_of_list": "/growth/?list={list}",
    "lists": "/lists/",
    "list": "/lists/{list}/",
    "contact": "/contacts/{contact}/",
    "timeline": "/contacts/{contact}/timeline/",
    "sent": "/campaigns/{campaign}/",
    "under_way": "/campaigns/{under_way}/",
    "progress": "/campaigns/{under_way}/progress/",
    "under_way_report": "/campaigns/{under_way}/report/",
    "recipients": RECIPIENTS,
    "recipients_deep": RECIPIENTS + "?at={deep_recipient}",
    "by_address": RECIPIENTS + "?sort=address",
    "by_name": RECIPIENTS + "?sort=name",
    "by_country": RECIPIENTS + "?sort=country",
    "opened": RECIPIENTS + "?show=opened",
    "not_opened": RECIPIENTS + "?show=not_opened",
    "clicked": RECIPIENTS + "?show=clicked",
    "clicked_deep": RECIPIENTS + "?show=clicked&at={deep_clicker}",
    "clicked_link": RECIPIENTS + "?link=9",
    "failed": RECIPIENTS + "?show=failed",
    "searched": RECIPIENTS + "?q=reader77%40",
    "waiting": "/campaigns/{under_way}/report/recipients/?show=waiting",
    "hits": HITS,
    "hits_deep": HITS + "?at={deep_hit}",
    "hits_of_link": HITS + "?kind=click&link=9",
    "hits_of_machines": HITS + "?verdict=scanner",
    "click_map": "/campaigns/{campaign}/report/clicks/",
    "click_frame": "/campaigns/{campaign}/report/clicks/frame/",
    "mailboxes": "/campaigns/{campaign}/report/mailboxes/",
    "share": "/campaigns/{campaign}/report/share/",
    "shared": "/shared/{token}/",
}

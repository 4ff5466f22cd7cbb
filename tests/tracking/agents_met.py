"""User agents as they are met in the wild, by what they are."""

from __future__ import annotations

from dataclasses import dataclass

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE_PRIVACY = "Mozilla/5.0"
SCANNER = "Barracuda Sentinel (EE)"


@dataclass(frozen=True)
class Met:
    """A user agent, and how its opens and clicks are to be judged."""

    agent: str
    opened: str
    clicked: str


MET = [
    # People with a browser.
    Met(CHROME, "human", "human"),
    Met(f"{CHROME} Edg/130.0.0.0", "human", "human"),
    Met(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Gecko/20100101 Firefox/131.0",
        "human",
        "human",
    ),
    Met(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/17.4 Safari/605.1.15",
        "human",
        "human",
    ),
    Met(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "human",
        "human",
    ),
    Met(
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Mobile Safari/537.36",
        "human",
        "human",
    ),
    Met(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Trident/7.0; rv:11.0) like Gecko",
        "human",
        "human",
    ),
    Met("Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18", "human", "human"),
    # People with a mail program.
    Met(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        "human",
        "human",
    ),
    Met(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Mobile/15E148",
        "human",
        "human",
    ),
    Met(
        "Mozilla/5.0 (Linux; Android 14; SM-S911B Build/UP1A; wv) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36",
        "human",
        "human",
    ),
    Met(
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
        "human",
        "human",
    ),
    Met(
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; "
        ".NET4.0E; ms-office; MSOffice 16)",
        "human",
        "human",
    ),
    Met(
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.5056; Pro)",
        "human",
        "uncertain",
    ),
    Met("Outlook-iOS/711.3123.prod.iphone (4.2333.0)", "human", "uncertain"),
    # People behind a proxy that loads images when they look.
    Met(GMAIL, "proxied", "scanner"),
    Met(YAHOO, "proxied", "scanner"),
    Met("FastmailUA/1.0", "proxied", "scanner"),
    Met("Shortwave Image Fetcher", "proxied", "scanner"),
    Met("SeznamEmailProxy/2.0.63", "proxied", "scanner"),
    # Loads that say nothing of people.
    Met(APPLE_PRIVACY, "uncertain", "scanner"),
    Met(GMAIL_PREFETCH, "prefetch", "prefetch"),
    # Machines.
    Met("", "scanner", "scanner"),
    Met("   ", "scanner", "scanner"),
    Met(SCANNER, "scanner", "scanner"),
    Met("BarracudaCentral", "scanner", "scanner"),
    Met("Mimecast", "scanner", "scanner"),
    Met(f"{CHROME.replace('Chrome', 'HeadlessChrome')}", "scanner", "scanner"),
    Met("curl/8.5.0", "scanner", "scanner"),
    Met("python-requests/2.32.3", "scanner", "scanner"),
    Met("Go-http-client/1.1", "scanner", "scanner"),
    Met("okhttp/4.12.0", "scanner", "scanner"),
    Met("Java/17.0.2", "scanner", "scanner"),
    Met("Apache-HttpClient/4.5.14 (Java/11)", "scanner", "scanner"),
    Met("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "scanner", "scanner"),
    Met("facebookexternalhit/1.1", "scanner", "scanner"),
    Met("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", "scanner", "scanner"),
    Met(
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "scanner",
        "scanner",
    ),
    Met(
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "scanner",
        "scanner",
    ),
]

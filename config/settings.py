"""Django settings: one file, no branches but on the environment.

Each value that a deployment may change is named in `docs/operate.md`.
"""

from typing import Any
from urllib.parse import urlsplit

from config import brokers, embedded_postgres, storages
from config.env import BASE_DIR, VAR_DIR, database, env, kept_secret
from config.logs import logging_config

# --- Safety ----------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret("secret_key")
# Former secret keys: the unsubscribe links of old mails go on working with them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Suppressed addresses are known by a hash under this key: it must never change. Who
# rotates SECRET_KEY gives the first one here.
FINGERPRINT_KEY = env.str("FINGERPRINT_KEY", default="") or SECRET_KEY

# Where the web server listens.
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
# Addresses in mails and pages come from here, never from the Host header.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
TRACKING_URL = env.str("TRACKING_URL", default=PUBLIC_URL).rstrip("/")
_PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", _PUBLIC_HOST])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Addresses or networks of reverse proxies whose X-Forwarded-For we believe.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = False  # The proxy in front redirects; RFC 8058 forbids us to.
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # An import of 500 columns asks two things of each.
SESSION_COOKIE_AGE = 14 * 24 * 3600
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # See SECURE_SSL_REDIRECT above.
    "security.W019",  # Previews are framed by our own pages; CSP says the same.
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        # ECharts and Tabler set element styles; no style can run anything.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

# --- Rooms -----------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "anymail",
    "csp",
    "django.forms",
    "django_cotton",
    "django_htmx",
    "tracking",
    "campaigns.accounts",
    "campaigns.audience",
    "campaigns.composing",
    "campaigns.sending",
    "campaigns.reports",
    "campaigns.archives",
    "campaigns.privacy",
    "campaigns.api",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before the next one: a browser that meets an empty house is led to the set-up page.
    "campaigns.accounts.middleware.WorkspaceMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "campaigns.accounts.asking.AskMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "campaigns.accounts.context_processors.workspace",
            ],
        },
    },
]
COTTON_DIR = "cotton"
# A component sees its attributes and the request, not the page around it.
COTTON_ISOLATE_BY_DEFAULT = True
# Widgets are drawn by `templates/django/forms/widgets/`.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------

# Without an address: the server that comes with us and keeps its data under `var/`.
DATABASE_IS_EMBEDDED = not env.str("DATABASE_URL", default="")
DATABASE_URL = env.str("DATABASE_URL", default="") or embedded_postgres.url(VAR_DIR)
# Connections that a process keeps, at most. 0: none are kept (behind PgBouncer).
DATABASE_POOL = env.int("DATABASE_POOL", default=10)
DATABASES: dict[str, dict[str, Any]] = {"default": database(DATABASE_URL)}
DATABASES["default"].update(
    {
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.str("TEST_DATABASE", default="test_candid")},
    }
)
# A server that does not even answer is one that is down.
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
if DATABASE_POOL:
    # A process that freezes, or whose machine does, must not keep its locks from the others.
    DATABASES["default"]["OPTIONS"].setdefault(
        "options", "-c idle_in_transaction_session_timeout=2min"
    )
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 0,
        "max_size": DATABASE_POOL,
        "timeout": 10,
        "max_idle": 60,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Counts failed sign-ins, so it is shared by all web processes. Redis by CACHE_URL.
CACHES = {"default": env.cache("CACHE_URL", default="dbcache://accounts_cache")}

MEDIA_ROOT = VAR_DIR / "media"
PICTURES = storages.picture_limits()
SPOOL_DIR = VAR_DIR / "spool"
PLACES_DIR = VAR_DIR / "places"  # The country database that ships, unpacked.
NETWORKS_DIR = VAR_DIR / "networks"  # The operator's own; see `manage.py load_network`.
GEOIP_PATH = env.str("GEOIP_PATH", default="")
ARCHIVE_DAYS = env.int("ARCHIVE_DAYS", default=7)  # How long an archive can be downloaded.

# --- People ----------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "campaigns.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # Else anybody could make us write to any address.

# --- Programs --------------------------------------------------------------------

API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", default=600)  # Of one key.

# --- Language and time -----------------------------------------------------------

LANGUAGE_CODE = "en"
# Of members' pages, and of what is mailed to members.
LANGUAGES = [("en", "English")]
# What recipients are spoken to in, each in its own words.
RECIPIENT_LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "nl": "Nederlands",
}
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Static ----------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Pages name files by their hash, so that a second copy of each would only cost time.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = storages.storages(MEDIA_ROOT)

# --- Mail ------------------------------------------------------------------------

# The local inbox: a development mailbox on loopback, off once real senders exist.
INBOX_HOST = "127.0.0.1"
INBOX_PORT = env.int("INBOX_PORT", default=8025)
INBOX_LIMIT = env.int("INBOX_LIMIT", default=20_000)  # The newest mails of each workspace's.
# Mail to members themselves (a forgotten password), such as smtp+tls://user:pass@host:587.
SYSTEM_MAIL_URL = env.str("SYSTEM_MAIL_URL", default="")
vars().update(env.email_url_config(SYSTEM_MAIL_URL or "dummymail://"))
DEFAULT_FROM_EMAIL = env.str("SYSTEM_MAIL_FROM", default="candid@localhost")
# Whether members may name SMTP servers and API addresses inside our own network.
ALLOW_PRIVATE_HOSTS = env.bool("ALLOW_PRIVATE_HOSTS", default=False)
# A spam filter to ask about drafts: http://host:11333 (Rspamd), spamd://host:783 (SpamAssassin).
SPAM_FILTER = env.str("SPAM_FILTER", default="")
CHROMIUM = env.str("CHROMIUM", default="")  # Takes small pictures of campaigns; "none": none.
# Anymail backends that a test or a self-hosted provider answers at another address.
ANYMAIL = env.json("ANYMAIL", default={})

# --- Sending ---------------------------------------------------------------------

# A claim must outlive the work on it, and be short enough that a crash heals soon.
SEND_CLAIM_ROWS = env.int("SEND_CLAIM_ROWS", default=500)
SEND_LEASE_SECONDS = env.int("SEND_LEASE_SECONDS", default=90)
# How long a server may think about a mail it has got (RFC 5321 4.5.3.2.6 says ten minutes),
# and when a hand-over without an answer is called "not confirmed": well after that.
SEND_REPLY_SECONDS = env.int("SEND_REPLY_SECONDS", default=600)
SEND_INTENT_SECONDS = env.int("SEND_INTENT_SECONDS", default=900)
# The same for a hand-over whose worker is known to be gone: it cannot tell any more.
SEND_ORPHAN_SECONDS = env.int("SEND_ORPHAN_SECONDS", default=30)
# From its first try on, a mail that is refused "for now" is tried again for so long.
SEND_DEADLINE_HOURS = env.float("SEND_DEADLINE_HOURS", default=24)
# Where a campaign sends the unconfirmed again: after so long, since late answers come before.
SEND_DOUBT_SECONDS = env.int("SEND_DOUBT_SECONDS", default=900)
# How a machine knows its database from a copy: docs/operate.md, "Copies and failovers".
INSTANCE_FILE = env.str("INSTANCE_FILE", default="") or str(VAR_DIR / "instance")
INSTANCE_ID = env.str("INSTANCE_ID", default="")
# Workers on one campaign at a time, and connections of each.
SEND_WORKERS = env.int("SEND_WORKERS", default=2)
SEND_CONNECTIONS = env.int("SEND_CONNECTIONS", default=10)
# Of an audience over CANARY_OVER (0: never), this many get it first, the rest minutes later.
CANARY_OVER = env.int("CANARY_OVER", default=10_000)
CANARY_SIZE = env.int("CANARY_SIZE", default=200)
CANARY_MINUTES = env.float("CANARY_MINUTES", default=10)

# --- Celery ----------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or "filesystem://localhost//"
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = brokers.transport_options(CELERY_BROKER_URL, BROKER_DIR)

# --- Tracking --------------------------------------------------------------------

# How much a power failure may lose, in seconds; 0 leaves it to the file system. A process
# that dies loses nothing either way.
SPOOL_FSYNC_SECONDS = env.float("SPOOL_FSYNC_SECONDS", default=1)
HUMAN_DELAY_SECONDS = env.float("HUMAN_DELAY_SECONDS", default=5)  # A sooner hit is a machine's.
EVENT_RETENTION_DAYS = env.int("EVENT_RETENTION_DAYS", default=45)
# Never below 10: smaller groups would make an aggregate a statement about a person.
AGGREGATE_MINIMUM = env.int("AGGREGATE_MINIMUM", default=10)
MEASURING_MOST = env.str("MEASURING_MOST", default="individual")  # Of anybody, on this instance.
DNT_POLICY = env.str("DNT_POLICY", default="")  # The day it was promised: docs/privacy.md.
# "kid:secret" pairs, newest first; old ones keep mails that are already out working.
TOKEN_KEYS = env.list("TOKEN_KEYS", default=[])

# --- Logs ------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
# "json" for machines, "plain" for people.
LOG_FORMAT = env.str("LOG_FORMAT", default="plain" if DEBUG else "json")
LOGGING = logging_config(level=LOG_LEVEL, form=LOG_FORMAT)

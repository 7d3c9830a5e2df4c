"""All settings, from the environment; docs/running.md lists every variable with its default."""

import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from funders_portal import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR = Path(env("PORTAL_VAR", default="") or BASE_DIR / "var").absolute()
"""Where everything that the portal writes on disk goes: the SQLite file, uploads, saved columns, sockets."""

PRODUCTION = env.bool("PORTAL_PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)


def development_key() -> str:
    """A secret of this copy's own, made once and kept out of the repository."""
    from django.core.management.utils import get_random_secret_key

    VAR.mkdir(parents=True, exist_ok=True)
    path = VAR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


SECRET_KEY = env("SECRET_KEY") if PRODUCTION else env("SECRET_KEY", default="") or development_key()
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "funders_portal.staticfiles.Files",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
    "django_structlog",
    "anymail",
    "celery_worker",
    "funders_portal",
    "meetings",
    "outcomes",
    "priorities",
    "grants",
    "accounts",
    # After the rooms, so that their pages and letters stand before its own.
    "allauth",
    "allauth.account",
    "django.forms",
]

MIDDLEWARE = [
    "funders_portal.turns.in_turn",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "funders_portal.errors.only_methods_of_pages",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "funders_portal.urls"
WSGI_APPLICATION = "funders_portal.wsgi.application"
FORM_RENDERER = "funders_portal.rendering.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "funders_portal.context.portal",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url_config(env("DATABASE_URL", default="") or f"sqlite:///{VAR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # One writer at a time, taken at BEGIN, so that a transaction never fails half-way for a lock.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # A large import's pages go into the database once, not each time that 4 MB of them have been written. 16 MB of
        # pages are at hand for each connection; an import gains nothing by more (docs/decisions/0017).
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384; "
        "PRAGMA wal_autocheckpoint=20000; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Opened anew for each page, a connection has neither the schema nor a single page of the file at hand.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR / "files"
"""Uploaded files; never served by URL."""
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# On the disk where they will stay, so that a large file is moved rather than copied.
FILE_UPLOAD_TEMP_DIR = VAR / "uploading"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=2 * 1024**3)
"""The largest file taken by upload, in bytes."""

# --- broker -------------------------------------------------------------------------------------------------------
REDIS_URL = env("REDIS_URL", default="")
"""Where Celery's broker is; empty for the one that `manage.py up` brings along."""

# --- mail ---------------------------------------------------------------------------------------------------------
EMAIL_SET = bool(env("EMAIL_URL", default=""))
# Where nobody said how to send them, letters are kept as files under var/mail/.
vars().update(
    env.email_url("EMAIL_URL", default="")
    if EMAIL_SET
    else {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(VAR / "mail"),
    }
)
EMAIL_TIMEOUT = env.int("MAIL_TIMEOUT", default=20)
"""Seconds that a mail server has for each answer."""
MAIL_ASK_URL = env("MAIL_ASK_URL", default="")
"""Where the provider tells whether it has a mail, with {message_id} in it; empty where it cannot be asked."""
MAIL_ASK_AUTHORISATION = env("MAIL_ASK_AUTHORISATION", default="")
MAIL_BOUNCES = env("MAIL_BOUNCES", default="")
"""The host whose mail server hands what comes to bounces+...@ to `manage.py read_bounce`; empty: none does."""
MAIL_PROVIDER = env("MAIL_PROVIDER", default="").lower()
"""The provider that tells at /mail-events/ what became of mails (accounts.providers); empty: none does."""
ANYMAIL = {
    # Without a secret the library would believe anybody; one that nobody knows lets nobody in.
    "WEBHOOK_SECRET": env("MAIL_EVENTS_SECRET", default="") or secrets.token_urlsafe(),
    "MAILGUN_WEBHOOK_SIGNING_KEY": env("MAIL_EVENTS_KEY", default="") or secrets.token_urlsafe(),
}
MAIL_ASK_AFTER = env.int("MAIL_ASK_AFTER", default=30)
"""Seconds after which the provider knows what it took."""
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("MAIL_FROM", default="portal@localhost")

ALERT_TO = env.list("ALERT_TO", default=[])
"""Who is written to when the clock stands still; empty: the secretariat."""
OWN_NAME = f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION and ALLOWED_HOSTS else "http://127.0.0.1:8000"
SITE = (env("PORTAL_SITE", default="") or OWN_NAME).rstrip("/")
"""The portal's own address, as letters give it."""

# --- who ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.signin.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 8}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
"""allauth's own letter to an unknown address invites to sign up; accounts.signin writes another."""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,20/h/key"}
"""Five tries a code and twenty codes an hour: a guesser of one address hits once in a century."""
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if PRODUCTION else 0)
"""How many proxies of ours stand before the web server; each adds the address it saw to X-Forwarded-For."""
CACHES = {"default": env.cache_url("CACHE_URL", default=REDIS_URL if PRODUCTION and REDIS_URL else "locmemcache://")}
"""Where tries are counted: in production in Redis where there is one, so that all web processes count together."""
DEMO_DOOR = env.bool("DEMO_DOOR", default=not PRODUCTION) and not EMAIL_SET
"""Whether the sign-in page may offer the demo's people while the demo is loaded; never where mail is set."""

SESSION_COOKIE_AGE = 30 * 24 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- protection ---------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "funders_portal.errors.form_out_of_date"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

# --- words and days -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("cy", _("Welsh"))]
LOCALE_PATHS = [BASE_DIR / "funders_portal" / "locale"]
TIME_ZONE = "Europe/London"
USE_I18N = USE_TZ = True

# --- files that never change --------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATIC_HASHED = env.bool("STATIC_HASHED", default=PRODUCTION)
"""Whether pages name static files by their hash, compressed; needs `collectstatic`, which `manage.py up` does."""
WHITENOISE_USE_FINDERS = not STATIC_HASHED
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "funders_portal.staticfiles.Storage"
        if STATIC_HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api_access.PassesGuard"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.api_access.Json"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api_access.Pages",
    "EXCEPTION_HANDLER": "funders_portal.api.in_sentences",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env("API_RATE_ANON", default="30/min"),
        "user": env("API_RATE", default="600/min"),
    },
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": {
        "GapKindEnum": "priorities.serializers.KINDS",
        "CodeKindEnum": "priorities.models.Code.KINDS",
    },
    "TITLE": "Funders Portal",
    "DESCRIPTION": "Read what a group of funders fund, by the priorities they agreed, and where it falls short.",
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- log ----------------------------------------------------------------------------------------------------------
LOGGING = logs.configuration(as_json=PRODUCTION, level=env("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING"))
SILENCED_SYSTEM_CHECKS: list[str] = []

"""Settings, read from the environment. docs/settings.md names each one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from frontdesk.kit.neighbours import neighbours
from frontdesk.kit.service_urls import database, email

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("FRONTDESK_VAR", BASE_DIR / "var"))


def _secret_key() -> str:
    """From FRONTDESK_SECRET_KEY, or the file that set-up made; else a key that dies with the process."""
    if key := os.environ.get("FRONTDESK_SECRET_KEY"):
        return key
    file = os.environ.get("FRONTDESK_SECRET_KEY_FILE")
    return Path(file).read_text().strip() if file else secrets.token_urlsafe(50)


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("FRONTDESK_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HTTPS = os.environ.get("FRONTDESK_HTTPS", "") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "axes",
    "procrastinate.contrib.django",
    "frontdesk.kit",
    "frontdesk.accounts",
    "frontdesk.daybook",
    "frontdesk.clinic",
    "frontdesk.people",
    "frontdesk.work",
    "frontdesk.book",
    "frontdesk.outreach",
    "frontdesk.triage",
    "frontdesk.partners",
    "frontdesk.insight",
    "frontdesk.gateway",
    "frontdesk.desk",
    "frontdesk.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "frontdesk.config.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "frontdesk.config.middleware.working_time",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "frontdesk.config.middleware.refusals_in_words",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "frontdesk.config.urls"
WSGI_APPLICATION = "frontdesk.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            # Only the tests ask for it: the coverage of templates needs to know their lines.
            "debug": os.environ.get("FRONTDESK_TEMPLATE_DEBUG", "") == "1",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontdesk.desk.context.frame",
            ],
        },
    }
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk:today"
LOGOUT_REDIRECT_URL = "login"

# Five wrong passwords for one name from one address shut that pair out for a quarter of an hour from the last try.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_CLIENT_STR_CALLABLE = "frontdesk.config.middleware.client_for_log"

# A session ends after half an hour without work (a page that only looks for news is none), and with the browser.
SESSION_COOKIE_AGE = int(os.environ.get("FRONTDESK_IDLE_SECONDS", "1800"))
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# What a page will say next may hold a patient's words: it waits in the session, not in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if os.environ.get("FRONTDESK_STATIC") == "collected"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = os.environ.get("FRONTDESK_STATIC") != "collected"
WHITENOISE_AUTOREFRESH = False

EMAIL = email(os.environ.get("EMAIL_URL", ""))
MAIL_FROM = os.environ.get("FRONTDESK_MAIL_FROM", "Frontdesk <no-reply@frontdesk.example>")
MAILBOX_DIR = os.environ.get("FRONTDESK_MAILBOX_DIR", "")

# Programs may name addresses that Frontdesk is to call. Those outside the public internet must be named here.
OUTSIDE_ALLOW = neighbours(os.environ.get("FRONTDESK_OUTSIDE_ALLOW", ""))

# How many days ahead open time is published for anybody to see, today included; 0 publishes nothing.
PUBLISH_DAYS = min(max(int(os.environ.get("FRONTDESK_PUBLISH_DAYS", "14")), 0), 60)

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

FACT_REACTIONS = "frontdesk.config.wiring.REACTIONS"
BOOKING_CHECKS = "frontdesk.config.wiring.BOOKING_CHECKS"
# Who writes what clients of the machines’ door are told.
NOTICE_WRITER = "frontdesk.gateway.fhir.subscriptions.bundles.written"
CARRIERS = {"email": "frontdesk.gateway.mail.carrier.SmtpCarrier"}

# Errors go to the log with their place in the code, and without what a person typed.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_values": {"()": "frontdesk.config.logs.NoValues"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_values"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

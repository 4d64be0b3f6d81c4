"""Settings of the demonstration site: against the local tenant, or a real one named in the environment."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
import django
from dotenv import load_dotenv

from auth0_password.pipeline import PIPELINE
from demo_site import seed

BASE_DIR = Path(__file__).resolve().parent.parent
RUN_DIR = BASE_DIR / ".demo"
load_dotenv(BASE_DIR / ".env")

PORT = int(os.environ.get("PORT", "8000"))
TENANT_PORT = int(os.environ.get("TENANT_PORT", "8001"))
SITE_URL = f"http://localhost:{PORT}"
REAL_TENANT = os.environ.get("AUTH0_DOMAIN", "")

# Set by `manage.py demo` for the site beside its own tenant: only then are seeded people staff.
DEMO_LOCAL_TENANT = os.environ.get("DEMO_LOCAL_TENANT") == "1" and not REAL_TENANT

DEBUG = True
SECRET_KEY = "demonstration-only-" + "0" * 40
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "social_django",
    "auth0_password",
    "demo_site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "demo_site.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "auth0_password.middleware.PasswordResetMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "auth0_password.backends.Auth0PasswordBackend",
    "django.contrib.auth.backends.ModelBackend",
]
SOCIAL_AUTH_AUTH0_PIPELINE = [*PIPELINE, "demo_site.pipeline.give_seeded_rights"]

login_client, management_client, _ = seed.clients()
SOCIAL_AUTH_AUTH0_DOMAIN = REAL_TENANT or f"127.0.0.1:{TENANT_PORT}"
SOCIAL_AUTH_AUTH0_KEY = os.environ.get("AUTH0_CLIENT_ID", login_client["client_id"])
SOCIAL_AUTH_AUTH0_SECRET = os.environ.get("AUTH0_CLIENT_SECRET", login_client["client_secret"])
AUTH0_PASSWORD = {
    "MANAGEMENT_CLIENT_ID": os.environ.get("AUTH0_MANAGEMENT_CLIENT_ID", management_client["client_id"]),
    "MANAGEMENT_CLIENT_SECRET": os.environ.get("AUTH0_MANAGEMENT_CLIENT_SECRET", management_client["client_secret"]),
    "CONNECTION": os.environ.get("AUTH0_CONNECTION", "Username-Password-Authentication"),
    # The local tenant has the button that leads back here, which Auth0 has only for https sites on the internet.
    "LOGIN_ROUTE": None if REAL_TENANT else True,
    "SITE_URL": SITE_URL,
    "FORCE_AT": os.environ.get("FORCE_AT", "site"),
    "RESET_VERIFIER": os.environ.get("RESET_VERIFIER", ""),
}
# What the site shares with the Actions in its tenant: `manage.py demo` deploys them into its own, and into no other.
for name, sample in seed.SHARED_SECRETS.items():
    AUTH0_PASSWORD[name] = os.environ.get(name, "" if REAL_TENANT else sample)
if not AUTH0_PASSWORD["RESET_VERIFIER"]:
    del AUTH0_PASSWORD["VERIFIER_SECRET"]  # it is for the other's page alone
# The site's own mails. MAILERS is Django 6.1's name for it.
MAIL = "django.core.mail.backends.console.EmailBackend" if REAL_TENANT else "demo_site.mail.InboxBackend"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": MAIL}}
else:
    EMAIL_BACKEND = MAIL
# Before Django 6 with a name.
ADMINS = ["grace@example.com"] if django.VERSION >= (6, 0) else [("Grace", "grace@example.com")]
LOGIN_URL = "auth0_password:login"
LOGIN_REDIRECT_URL = "auth0_password:profile"
LOGOUT_REDIRECT_URL = "/"

ROOT_URLCONF = "demo_site.urls"
WSGI_APPLICATION = "demo_site.wsgi.application"
DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL", f"sqlite:///{RUN_DIR}/site.sqlite3"))}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
            ]
        },
    }
]
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
STATIC_URL = "/static/"
SESSION_COOKIE_NAME = "library_session"
CSRF_COOKIE_NAME = "library_csrf"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "auth0_password": {"handlers": ["console"], "level": "INFO"},
        "django.server": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}

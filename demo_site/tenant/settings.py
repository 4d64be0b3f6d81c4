"""The local tenant's own Django settings: no database, no sessions, nothing of the site's."""

from __future__ import annotations

import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent

DEBUG = False
SECRET_KEY = secrets.token_urlsafe(32)
# Loopback names only; a custom domain is localhost or a name below it.
ALLOWED_HOSTS = ["127.0.0.1", ".localhost"]
ROOT_URLCONF = "demo_site.tenant.urls"
MIDDLEWARE = [
    "demo_site.tenant.middleware.TenantMiddleware",
    "demo_site.tenant.logs.middleware.LogMiddleware",
    "demo_site.tenant.management.limits.RateLimitMiddleware",
]
INSTALLED_APPS: list[str] = []
DATABASES: dict[str, dict[str, str]] = {}
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # the server has a limit of its own
USE_TZ = True
USE_I18N = False
# A fault of the tenant's own is for whoever started it; requests are kept in memory only.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"level": "CRITICAL", "propagate": False},
    },
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {"builtins": ["demo_site.tenant.pages.tags"]},
    }
]

"""The smallest settings that the package asks for, around a user model that has nothing to spare."""

import os

import dj_database_url

from auth0_password.pipeline import PIPELINE

SECRET_KEY = "tests-only-" + "0" * 40
DEBUG = False
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.surroundings.uuid_project.urls"
AUTH_USER_MODEL = "people.Person"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "social_django",
    "auth0_password",
    "tests.surroundings.uuid_project.people",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "auth0_password.middleware.PasswordResetMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "auth0_password.backends.Auth0PasswordBackend",
    "django.contrib.auth.backends.ModelBackend",
]
SOCIAL_AUTH_AUTH0_PIPELINE = PIPELINE
SOCIAL_AUTH_AUTH0_DOMAIN = "tenant.eu.auth0.com"
SOCIAL_AUTH_AUTH0_KEY, SOCIAL_AUTH_AUTH0_SECRET = "login", "l" * 64
AUTH0_PASSWORD = {"MANAGEMENT_CLIENT_ID": "machine", "MANAGEMENT_CLIENT_SECRET": "m" * 64}
DATABASES = {"default": dj_database_url.parse(os.environ["UUID_DATABASE"])}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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
STATIC_URL = "/static/"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "auth0_password:login"

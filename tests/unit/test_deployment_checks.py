"""What `check --deploy` says of a site: cookies and https (WEB-06), the local tenant and sample secrets (DEV-01)."""

import secrets

import django
import pytest
from django.core.checks import run_checks

from auth0_password import checks
from demo_site import seed
from demo_site import settings as demo

RIGHT = {
    "SOCIAL_AUTH_AUTH0_DOMAIN": "tenant.eu.auth0.com",
    "SOCIAL_AUTH_AUTH0_SECRET": secrets.token_urlsafe(48),
    "AUTH0_PASSWORD": {"MANAGEMENT_CLIENT_ID": "m2m", "MANAGEMENT_CLIENT_SECRET": secrets.token_urlsafe(48)},
    "SECRET_KEY": secrets.token_urlsafe(48),
    "DEBUG": False,
    "ALLOWED_HOSTS": ["www.example.com"],
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}
"""A site as it should be."""

SECRETS = ["SOCIAL_AUTH_AUTH0_SECRET", "MANAGEMENT_CLIENT_SECRET", "SECRET_KEY"]


@pytest.fixture
def deployed(settings):
    """The ids of what is wrong with a site that is right but for these settings."""

    def found(**changes):
        for name, value in {**RIGHT, **changes}.items():
            setattr(settings, name, value)
        return {message.id for message in run_checks(tags=["security"], include_deployment_checks=True)}

    return found


def with_secret(name, value):
    """`RIGHT` with one secret replaced."""
    if name in RIGHT:
        return {name: value}
    return {"AUTH0_PASSWORD": {**RIGHT["AUTH0_PASSWORD"], name: value}}


def test_a_site_that_is_right(deployed):
    assert deployed() == set()


def test_the_demonstration_is_clean_as_long_as_it_is_one():
    assert not [message for message in run_checks(tags=["security"]) if message.id.startswith("auth0_password")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"SESSION_COOKIE_SECURE": False}, {"security.W012"}),
        ({"CSRF_COOKIE_SECURE": False}, {"security.W016"}),
        ({"SECURE_HSTS_SECONDS": 0}, {"security.W004"}),
        ({"SECURE_SSL_REDIRECT": False}, {"security.W008"}),
        ({"SESSION_COOKIE_HTTPONLY": False}, {"security.W015"}),
        ({"DEBUG": True}, {"security.W018"}),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, {"auth0_password.E008"}),
        (
            {"SESSION_COOKIE_SECURE": False, "CSRF_COOKIE_SECURE": False, "SECURE_SSL_REDIRECT": False},
            {"security.W012", "security.W016", "security.W008"},
        ),
    ],
)
def test_cookies_and_https(deployed, changes, found):
    """WEB-06: Django's own checks say it; each is heard, and none of ours is in their way."""
    assert deployed(**changes) == found


def test_without_djangos_security_middleware_it_is_said(deployed, settings):
    """Without it Django keeps silent about HSTS and the redirect: both are its work."""
    kept = [name for name in settings.MIDDLEWARE if not name.endswith("SecurityMiddleware")]
    assert "security.W001" in deployed(MIDDLEWARE=kept)


@pytest.mark.parametrize(
    "domain",
    [
        "127.0.0.1:8001",
        "http://127.0.0.1:8001",
        "127.8.9.1",
        "localhost",
        "localhost:8001",
        "https://localhost:8443",
        "LOCALHOST:8001",
        "login.localhost:8001",
        "[::1]:8001",
    ],
)
@pytest.mark.parametrize("where", ["SOCIAL_AUTH_AUTH0_DOMAIN", "AUTH0_PASSWORD"])
def test_the_local_tenant_is_none_for_production(deployed, domain, where):
    changes = {where: domain} if where != "AUTH0_PASSWORD" else with_secret("DOMAIN", domain)
    assert deployed(**changes) == {"auth0_password.E013"}


@pytest.mark.parametrize("domain", ["localhost.example.com", "tenant.localhost.eu.auth0.com", "128.0.0.1"])
def test_other_hosts_are(deployed, domain):
    assert deployed(**with_secret("DOMAIN", domain)) == set()


SAMPLES = {client["client_secret"] for client in seed.clients()} | {demo.SECRET_KEY}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("sample", sorted(SAMPLES))
def test_a_secret_of_the_demonstration_is_refused_wherever_it_turns_up(deployed, name, sample):
    assert "auth0_password.E010" in deployed(**with_secret(name, sample))


@pytest.mark.parametrize("key", ["ACTION_SECRET", "LOG_STREAM_TOKEN"])
@pytest.mark.parametrize("many", [False, True])
def test_so_it_is_among_the_secrets_that_a_site_shares(deployed, key, many):
    sample = "local-only-0123456789-abcdefghijklmnopqrstuvwxyz"
    good = secrets.token_urlsafe(32)
    assert deployed(**with_secret(key, [good, sample] if many else sample)) == {"auth0_password.E010"}
    assert deployed(**with_secret(key, [good])) == set()


OLD_NAMES = pytest.mark.skipif(
    django.VERSION >= (6, 1), reason="with MAILERS, which the tests have, they are not read"
)


@pytest.mark.parametrize("named_as", [pytest.param("EMAIL_BACKEND", marks=OLD_NAMES), "MAILERS"])
def test_who_waits_for_ever_for_the_mail_server(deployed, settings, named_as):
    smtp = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}
    if named_as == "MAILERS":
        no_end, ends = ({"MAILERS": {"default": {**smtp, "OPTIONS": one}}} for one in ({}, {"timeout": 10}))
    else:
        settings.MAILERS = {}
        no_end, ends = {"EMAIL_BACKEND": smtp["BACKEND"]}, {"EMAIL_TIMEOUT": 10}
    assert deployed(**no_end) == set(), "this site sends none"
    told = with_secret("SITE_URL", "https://www.example.com")
    assert deployed(**no_end, **told) == {"auth0_password.W006"}
    assert deployed(**ends, **told) == set()
    assert deployed(**with_secret("SITE_URL", "nowhere")) == {"auth0_password.E002"}


def test_nobody_is_told_of_a_dispute(deployed):
    """The page "this was not me" says that the people who run the site know of it."""
    told = with_secret("SITE_URL", "https://www.example.com")
    assert deployed(ADMINS=[]) == set(), "this site sends no mail with that link"
    assert deployed(ADMINS=[], **told) == {"auth0_password.W007"}


def test_it_is_refused_before_the_site_is_deployed(deployed, settings):
    """A real tenant behind a sample is wrong on a developer's machine, too; the key of a demonstration is not."""
    deployed(SOCIAL_AUTH_AUTH0_SECRET=min(SAMPLES), SECRET_KEY=demo.SECRET_KEY)
    assert [message.id for message in checks.check_settings()] == ["auth0_password.E010"]


def test_an_old_key_that_still_signs_counts(deployed):
    assert deployed(SECRET_KEY_FALLBACKS=[demo.SECRET_KEY]) == {"auth0_password.E010"}


@pytest.mark.parametrize("secret", [None, ""])
def test_some_applications_have_no_secret(deployed, secret):
    assert deployed(SOCIAL_AUTH_AUTH0_SECRET=secret) == set()


def test_whatever_begins_like_the_demonstrations_is_one(deployed):
    """A later sample need only be called like these."""
    assert all(sample.startswith(checks.SAMPLES) for sample in SAMPLES)

import sys

import pytest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter
from hypothesis import given
from hypothesis import strategies as st

from auth0_password.conf import KEYS, conf, parse_domain
from auth0_password.exceptions import ConfigurationError


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("tenant.eu.auth0.com", "https://tenant.eu.auth0.com"),
        (" Tenant.EU.auth0.com/ ", "https://tenant.eu.auth0.com"),
        ("https://login.example.com", "https://login.example.com"),
        ("127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("localhost:8001", "http://localhost:8001"),
        ("http://localhost:8001/", "http://localhost:8001"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_domains(value, url):
    assert parse_domain(value).url == url
    assert parse_domain(value).issuer == f"{url}/"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "http://tenant.eu.auth0.com",
        "ftp://localhost",
        "https://a.b/path",
        "https://user@a.b",
        "a.b:port",
        "https://a.b?x=1",
    ],
)
def test_refused_domains(value):
    with pytest.raises(ConfigurationError):
        parse_domain(value)


@given(st.text(max_size=60))
def test_any_text_is_a_domain_or_a_clear_error(value):
    try:
        domain = parse_domain(value)
    except ConfigurationError:
        return
    assert parse_domain(domain.url) == domain
    assert domain.scheme == "https" or "127." in domain.host or "localhost" in domain.host or "::1" in domain.host


def test_the_domain_defaults_to_social_auths(settings):
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = "social.auth0.com"
    assert conf.DOMAIN.host == "social.auth0.com"
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "DOMAIN": "canonical.auth0.com"}
    assert conf.DOMAIN.host == "canonical.auth0.com"


@pytest.mark.parametrize("value", [0, -1, "300", True, None])
def test_a_duration_is_seconds_or_a_timedelta(settings, value):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "REAUTH_MAX_AGE": value}
    with pytest.raises(ConfigurationError, match="REAUTH_MAX_AGE"):
        _ = conf.REAUTH_MAX_AGE


NO_SECRETS = {
    "DOMAIN",
    "CUSTOM_DOMAIN",
    "MANAGEMENT_CLIENT_ID",
    "CONNECTION",
    "REAUTH_MAX_AGE",
    "ENFORCE",
    "EXEMPT_VIEWS",
    "FIRST_LOGIN",
    "WAYS",
    "FORCE_AT",
    "LOGIN_ROUTE",
    "LIMITS",
    "TRUSTED_PROXIES",
    "SITE_URL",
    "RETENTION_DAYS",
    "BREACH_FROM_LOGS",
    "ORGANIZATION",
    "INVITATION_TTL",
    "RESET_VERIFIER",
    "DEPLOY",  # what is in it has names of its own: test_those_of_other_receivers
}
"""A new setting is a secret until somebody writes it down here."""

PLANNED = {"ACTION_SECRET", "HANDOVER_SECRET", "VERIFIER_SECRET", "LOG_STREAM_TOKEN"}
OTHERS = {
    "SOCIAL_AUTH_AUTH0_SECRET",
    "AUTH0_CLIENT_SECRET",
    "AUTH0_MANAGEMENT_CLIENT_SECRET",
    "AUTH0_DEPLOY_CLIENT_SECRET",
}
"""social-auth's, and the environment's: Django's development server shows that among a request's values."""

SECRETS = sorted((set(KEYS) - NO_SECRETS) | PLANNED | OTHERS)


class TestSecretsInErrorReports:
    """CRED-04, by the filter of the Django that is installed."""

    @pytest.mark.parametrize("name", SECRETS)
    def test_each_is_hidden_by_its_own_name(self, name):
        """Wherever the dict turns up: the name of the dict around it does not help."""
        hide = SafeExceptionReporterFilter().cleanse_setting
        for value in ("canary", ["canary", "canary"], ("canary",), {"old": "canary"}):
            assert "canary" not in str(hide(name, value))
            for around in ({name: value}, {"deeper": {name: value}}, [{name: value}], ({name: value},)):
                assert "canary" not in str(hide("INNOCENT", around)), around

    def test_those_of_other_receivers(self):
        deploy = {"receivers": [{"url": "https://x.example", "secret": "canary"}]}
        assert "canary" not in str(SafeExceptionReporterFilter().cleanse_setting("DEPLOY", deploy))

    def test_what_is_no_secret_is_not_in_this_list_by_mistake(self):
        assert not {name for name in NO_SECRETS if "SECRET" in name or "TOKEN" in name}
        assert "MANAGEMENT_CLIENT_SECRET" in SECRETS

    def test_no_error_report_shows_one(self, settings, rf):
        """The page and the mail of an error anywhere in the site."""
        canaries = {name: f"canary-{name}" for name in SECRETS}
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **{name: canaries[name] for name in SECRETS}}
        settings.SOCIAL_AUTH_AUTH0_SECRET = canaries["SOCIAL_AUTH_AUTH0_SECRET"]
        settings.A_COPY = dict(settings.AUTH0_PASSWORD)
        settings.DEBUG = True
        request = rf.get("/", **canaries)
        reporter = ExceptionReporter(request, *an_error())
        report = reporter.get_traceback_html() + reporter.get_traceback_text()
        assert "A_COPY" in report
        assert "SOCIAL_AUTH_AUTH0_SECRET" in report
        assert [value for value in canaries.values() if value in report] == []


def an_error():
    """One whose frames hold nothing: a variable is shown whatever it holds."""
    try:
        raise RuntimeError("anything")
    except RuntimeError:
        return sys.exc_info()

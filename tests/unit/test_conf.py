import pytest
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


def test_secret_settings_are_hidden_in_error_reports():
    from django.views.debug import SafeExceptionReporterFilter

    hidden = SafeExceptionReporterFilter().cleanse_setting("AUTH0_PASSWORD", dict.fromkeys(KEYS, "leak"))
    assert "leak" not in str(hidden.get("MANAGEMENT_CLIENT_SECRET", "leak") if isinstance(hidden, dict) else hidden)

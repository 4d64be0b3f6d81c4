import pytest
from django.core.checks import run_checks
from django.core.checks.registry import registry

from auth0_password import checks
from auth0_password.conf import BACKEND
from auth0_password.pipeline import PIPELINE

MIDDLEWARE = checks.MIDDLEWARE


@pytest.fixture(autouse=True)
def secrets_of_its_own(settings):
    """What samples come to is in test_deployment_checks.py."""
    settings.SOCIAL_AUTH_AUTH0_SECRET, settings.SECRET_KEY = (
        "l" * 64,
        "a key that nobody has printed anywhere: 0123456789",
    )


def found(settings, **changes):
    for name, value in changes.items():
        setattr(settings, name, value)
    messages = [*checks.check_settings(), *checks.check_surroundings(), *checks.check_policy()]
    return sorted(message.id.removeprefix("auth0_password.") for message in messages)


def test_the_demonstration_is_clean(settings):
    assert found(settings) == []


def test_they_are_bound():
    assert {checks.check_settings, checks.check_surroundings, checks.check_policy} <= set(registry.get_checks())
    assert not [message for message in run_checks(tags=["security"]) if message.id.startswith("auth0_password")]


GOOD = "uT3xq0Ww7b2JmZ5sPpL9cVdKfR8hYnEa"
WITHOUT = {"MANAGEMENT_CLIENT_ID": "m2m", "MANAGEMENT_CLIENT_SECRET": "s"}


REAL = {"MANAGEMENT_CLIENT_ID": "m2m", "MANAGEMENT_CLIENT_SECRET": "s" * 64}


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (None, ["E001"]),
        ([], ["E001"]),
        ({}, ["E002", "E002"]),
        (WITHOUT, []),
        ({**WITHOUT, "TYPO": 1}, ["E001"]),
        ({**WITHOUT, "DOMAIN": "http://tenant.auth0.com"}, ["E002"]),
        ({**WITHOUT, "CONNECTION": ""}, ["E002"]),
        ({**WITHOUT, "REAUTH_MAX_AGE": "long"}, ["E002"]),
        ({**WITHOUT, "MANAGEMENT_CLIENT_ID": "demo-login-client"}, ["E003"]),
        ({**WITHOUT, "ENFORCE": "log"}, ["E002"]),
        ({**WITHOUT, "ENFORCE": "report", "FIRST_LOGIN": "always", "EXEMPT_VIEWS": ["help"]}, []),
        ({**WITHOUT, "FIRST_LOGIN": "sometimes"}, ["E002"]),
        ({**WITHOUT, "EXEMPT_VIEWS": ["/help/"]}, ["E002"]),
        ({**WITHOUT, "EXEMPT_VIEWS": "help"}, ["E002"]),
        ({**WITHOUT, "CUSTOM_DOMAIN": "login.example.com"}, []),
        ({**WITHOUT, "CUSTOM_DOMAIN": "http://login.example.com"}, ["E002"]),
        ({**WITHOUT, "BREACH_FROM_LOGS": "yes"}, ["E002"]),
        ({**WITHOUT, "ACTION_SECRET": GOOD, "LOG_STREAM_TOKEN": ["x" + GOOD, f"Bearer y{GOOD}"]}, []),
        ({**WITHOUT, "ACTION_SECRET": None, "LOG_STREAM_TOKEN": []}, []),
        ({**WITHOUT, "ACTION_SECRET": "secret"}, ["E014"]),
        ({**WITHOUT, "ACTION_SECRET": "x" * 64}, ["E014"]),
        ({**WITHOUT, "ACTION_SECRET": ["whsec_" + "A" * 44, "short", GOOD]}, ["E014"]),
        ({**WITHOUT, "LOG_STREAM_TOKEN": "Bearer change-me"}, ["E014"]),
        ({**WITHOUT, "LOG_STREAM_TOKEN": f"Bearer {GOOD}", "ACTION_SECRET": ["x" + GOOD, GOOD]}, ["E014"]),
        ({**WITHOUT, "ACTION_SECRET": 7}, ["E002"]),
        ({**WITHOUT, "ACTION_SECRET": [GOOD, ""]}, ["E002"]),
        ({**WITHOUT, "ACTION_SECRET": {"a": GOOD}}, ["E002"]),
        ({**WITHOUT, "ACTION_SECRET": "whsec_no base64 at all, whatever it looks like"}, ["E002"]),
        ({**WITHOUT, "LOG_STREAM_TOKEN": f"{GOOD} "}, ["E002"]),
        ({**WITHOUT, "LOG_STREAM_TOKEN": f"{GOOD}é"}, ["E002"]),
        ({**WITHOUT, "LOG_STREAM_TOKEN": f"{GOOD}\n{GOOD}"}, ["E002"]),
    ],
)
def test_settings(settings, value, ids):
    assert found(settings, AUTH0_PASSWORD=value) == ids


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"MIDDLEWARE": []}, ["E004"]),
        ({"MIDDLEWARE": [MIDDLEWARE, checks.AUTHENTICATION]}, ["E005"]),
        ({"MIDDLEWARE": [checks.AUTHENTICATION, MIDDLEWARE, checks.LOGIN_REQUIRED]}, ["W002"]),
        ({"MIDDLEWARE": [checks.AUTHENTICATION, checks.FROM_CACHE, MIDDLEWARE]}, ["E012"]),
        ({"MIDDLEWARE": [checks.AUTHENTICATION, MIDDLEWARE, checks.FROM_CACHE]}, []),
        ({"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"]}, ["E006"]),
        ({"SOCIAL_AUTH_AUTH0_PIPELINE": (*PIPELINE, checks.BY_EMAIL)}, ["E007"]),
        ({"SOCIAL_AUTH_AUTH0_PIPELINE": ()}, ["W001"]),
        ({"AUTHENTICATION_BACKENDS": [BACKEND, "social_core.backends.auth0.Auth0OAuth2"]}, ["W005"]),
        ({"SECURE_CSP": {"form-action": ["'self'"]}}, ["W004"]),
        ({"SECURE_CSP": {"form-action": ["'self'", "http://127.0.0.1:8001"]}}, []),
        ({"SECURE_CSP": {"default-src": ["'self'"]}}, []),
        ({"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"form-action": ["'self'"]}}}, ["W004"]),
        ({"SOCIAL_AUTH_AUTH0_DOMAIN": "tenant.eu.auth0.com"}, ["E010"]),
        ({"SOCIAL_AUTH_AUTH0_DOMAIN": "tenant.eu.auth0.com", "AUTH0_PASSWORD": REAL}, []),
        ({"SOCIAL_AUTH_AUTH0_DOMAIN": "login.example.com", "AUTH0_PASSWORD": REAL}, ["E011"]),
        (
            {
                "SOCIAL_AUTH_AUTH0_DOMAIN": "login.example.com",
                "AUTH0_PASSWORD": {**REAL, "DOMAIN": "tenant.eu.auth0.com"},
            },
            [],
        ),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, ["E008"]),
        ({"USE_TZ": False}, ["E009"]),
        ({"SOCIAL_AUTH_AUTH0_KEY": None}, ["E002"]),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, ["W003"]),
    ],
)
def test_surroundings(settings, changes, ids):
    assert found(settings, **changes) == ids

"""social-auth's stock backends, as they are: both ask https of their domain and check the ID token themselves.

`auth0` adds a query to its callback, which changes with every sign-in. Sites show that Auth0 lets it pass, its support
says that it does not: a switch of the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, get_user
from django.http import HttpRequest
from django.test import Client
from social_core.pipeline import DEFAULT_AUTH_PIPELINE
from social_django.models import UserSocialAuth

from tests.support.browser import Browser
from tests.tenant.application import ALICE, LOGIN, PASSWORDS, SITE

if TYPE_CHECKING:
    from tests.support.page import Page
    from tests.tenant.application import Application

STOCK = {
    "auth0": "social_core.backends.auth0.Auth0OAuth2",
    "auth0_openidconnect": "social_core.backends.auth0_openidconnect.Auth0OpenIdConnectAuth",
}
EMAIL = "alice@example.com"


@pytest.fixture(params=STOCK)
def backend(request: pytest.FixtureRequest, settings, secure: Application, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its name; the site has no other backend, and none of our settings for it."""
    prefix = f"SOCIAL_AUTH_{request.param.upper()}"
    settings.AUTHENTICATION_BACKENDS = [STOCK[request.param]]
    # social-auth keeps those that it has seen, now and then in another dictionary.
    monkeypatch.setattr("social_core.backends.utils.BACKENDSCACHE", {})
    for name, value in {
        "DOMAIN": secure.tenant.domain,
        "KEY": LOGIN[0],
        "SECRET": LOGIN[1],
        "SCOPE": ["openid", "profile", "email"],
        "PIPELINE": DEFAULT_AUTH_PIPELINE,
    }.items():
        setattr(settings, f"{prefix}_{name}", value)
    secure.plan(callback_query_is_ignored=True)
    return request.param


@pytest.fixture
def site(db) -> Client:
    return Client(headers={"host": "localhost:8000"})


def sent_back(site: Client, backend: str, browser: Browser) -> Page:
    """From the site's button through the tenant's page to the callback, which is not visited yet."""
    browser.get(site.post(f"/login/{backend}/")["Location"])
    if browser.page.status:
        browser.submit("Continue", username=EMAIL, password=PASSWORDS[EMAIL])
    assert browser.page.url.startswith(f"{SITE}/complete/{backend}/"), browser.page.visible_text
    return browser.page


def test_a_complete_sign_in(site: Client, backend: str, browser: Browser):
    answer = site.get(sent_back(site, backend, browser).url.removeprefix(SITE))
    assert answer.status_code == 302, answer.content
    person = signed_in(site)
    assert (person.email, person.username) == (EMAIL, "alice")
    assert site.session[BACKEND_SESSION_KEY] == STOCK[backend]
    assert UserSocialAuth.objects.get(provider=backend).uid == ALICE


def test_again_it_is_the_same_person_and_nobody_is_asked(site: Client, backend: str, browser: Browser):
    people = []
    for _time in range(2):
        site.get(sent_back(site, backend, browser).url.removeprefix(SITE))
        people.append(signed_in(site).pk)
        site.logout()
    assert people[0] == people[1]
    assert len(browser.history) == 1, "the second time the tenant answered at once"


def test_a_refusal_signs_nobody_in(site: Client, backend: str, browser: Browser, secure: Application):
    """What the token endpoint refuses stays refused."""
    secure.tenant.faults(
        [{"method": "POST", "path": "^/oauth/token", "status": 403, "body": {"error": "invalid_grant"}}]
    )
    url = sent_back(site, backend, browser).url.removeprefix(SITE)
    site.raise_request_exception = False
    assert site.get(url).status_code >= 400
    assert not signed_in(site).is_authenticated


def test_auth0_without_the_switch(site: Client, backend: str, browser: Browser, secure: Application):
    secure.plan(callback_query_is_ignored=False)
    browser.get(site.post(f"/login/{backend}/")["Location"])
    assert ("Callback URL mismatch" in browser.page.visible_text) == (backend == "auth0")


def signed_in(site: Client):
    request = HttpRequest()
    request.session = site.session
    return get_user(request)

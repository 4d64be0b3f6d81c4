"""Authlib's client, which knows nothing of Auth0: everything it needs is in the discovery document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.django_client import OAuth
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from tests.tenant.application import ALICE, CALLBACK, LOGIN, PASSWORDS, SITE

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.application import Application

EMAIL = "alice@example.com"


@pytest.fixture
def auth0(secure: Application) -> Any:
    oauth = OAuth()
    oauth.register(
        "auth0",
        client_id=LOGIN[0],
        client_secret=LOGIN[1],
        server_metadata_url=f"{secure.tenant.base_url}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )
    return oauth.auth0


@pytest.fixture
def session() -> SessionStore:
    return SessionStore()


def request_with(session: SessionStore, url: str = "/") -> Any:
    request = RequestFactory(SERVER_NAME="localhost", SERVER_PORT="8000").get(url)
    request.session = session
    return request


def sign_in(auth0: Any, session: SessionStore, browser: Browser, **params: Any) -> str:
    """The address of the callback with its answer."""
    browser.get(auth0.authorize_redirect(request_with(session), CALLBACK, **params)["Location"])
    browser.submit("Continue", username=EMAIL, password=PASSWORDS[EMAIL])
    return browser.page.url.removeprefix(SITE)


def test_a_complete_sign_in(auth0: Any, session: SessionStore, browser: Browser, secure: Application):
    """Nonce, PKCE, signature, issuer and audience are checked by Authlib."""
    token = auth0.authorize_access_token(request_with(session, sign_in(auth0, session, browser)))
    claims = token["userinfo"]
    assert (claims["sub"], claims["email"], claims["iss"]) == (ALICE, EMAIL, f"{secure.tenant.base_url}/")
    assert auth0.userinfo(token=token)["sub"] == ALICE


def test_another_nonce_is_noticed(auth0: Any, session: SessionStore, browser: Browser):
    answer = sign_in(auth0, session, browser, nonce="mine")
    (kept,) = [value for key, value in session.items() if key.startswith("_state_")]
    kept["data"]["nonce"] = "another"
    with pytest.raises(Exception, match="nonce"):
        auth0.authorize_access_token(request_with(session, answer))


def test_an_error_of_the_tenant_is_an_error_of_the_client(auth0: Any, session: SessionStore, browser: Browser):
    browser.get(auth0.authorize_redirect(request_with(session), CALLBACK, prompt="none")["Location"])
    with pytest.raises(OAuthError) as caught:
        auth0.authorize_access_token(request_with(session, browser.page.url.removeprefix(SITE)))
    assert caught.value.error == "login_required"

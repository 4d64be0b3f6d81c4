"""A small client application: what a site and its server send to the tenant."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import requests

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

SITE = "http://localhost:8000"
CALLBACK = f"{SITE}/complete/auth0/"
LOGIN = ("demo-login-client", "local-only-login-secret")
MANAGEMENT = ("demo-management-client", "local-only-management-secret")
DEPLOY = ("demo-deploy-client", "local-only-deploy-secret")
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BOB = "auth0|64f0c0ffee00000000000b0b"
ALICE = "auth0|64f0c0ffee000000000a11ce"
CAROL = "google-oauth2|108204268033311374519"
DAVE = "auth0|64f0c0ffee00000000000da5"
ERIN = "auth0|64f0c0ffee00000000000e41"
FRANK = "google-oauth2|104559981730276641825"
PASSWORDS = {
    "bob@example.com": "Temporary-2026!",
    "alice@example.com": "Quiet-Harbour-42!",
    "dave@example.com": "Paper-Lantern-88!",
    "erin@example.com": "Velvet-Orchard-29!",
    "frank.adeyemi@example.org": "Amber-Railway-63!",
}
RIVERSIDE = "org_7RiversideLibrary"
DATABASE = "Username-Password-Authentication"


@dataclass
class Application:
    tenant: LocalTenant

    def authorize_url(self, **params: Any) -> str:
        sent = {
            "response_type": "code",
            "client_id": LOGIN[0],
            "redirect_uri": CALLBACK,
            "scope": "openid profile email",
            "state": "opaque-state",
            "nonce": "once",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **params,
        }
        kept = {name: value for name, value in sent.items() if value is not None}
        return f"{self.tenant.base_url}/authorize?{urlencode(kept)}"

    def sign_in(self, browser: Browser, email: str = "alice@example.com", **params: Any) -> dict[str, str]:
        """Through the login page; the answer at the callback."""
        self.send(browser, email, **params)
        return callback(browser)

    def send(self, browser: Browser, email: str = "alice@example.com", **params: Any) -> None:
        """As far as the first page after the password."""
        browser.get(self.authorize_url(**params))
        browser.submit("Continue", username=email, password=PASSWORDS[email])

    def plan(self, **switches: Any) -> None:
        """Set some of the tenant's switches."""
        url = f"{self.tenant.base_url}/_control/plan"
        assert requests.post(url, json=switches, timeout=5).status_code == 200

    def claims(self, answer: dict[str, str], **params: Any) -> dict[str, Any]:
        """The ID token's claims, its signature checked with the published keys."""
        reply = self.exchange(answer["code"], **params)
        assert reply.status_code == 200, reply.text
        return self.verified(reply.json()["id_token"])

    def exchange(self, code: str, **params: Any) -> requests.Response:
        return self.token(
            grant_type="authorization_code",
            client_id=LOGIN[0],
            client_secret=LOGIN[1],
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=VERIFIER,
            **params,
        )

    def token(self, **body: Any) -> requests.Response:
        kept = {name: value for name, value in body.items() if value is not None}
        return requests.post(f"{self.tenant.base_url}/oauth/token", data=kept, timeout=5)

    def verified(self, id_token: str) -> dict[str, Any]:
        kid = jwt.get_unverified_header(id_token)["kid"]
        published = requests.get(f"{self.tenant.base_url}/.well-known/jwks.json", timeout=5).json()
        key = jwt.PyJWKSet.from_dict(published)[kid].key
        # The tenant's clock may be moved: its times are compared by the tests themselves.
        options = {"verify_exp": False, "verify_iat": False}
        issuer = f"{self.tenant.base_url}/"
        return jwt.decode(id_token, key, ["RS256"], audience=LOGIN[0], issuer=issuer, options=options)

    @property
    def management_token(self) -> str:
        reply = self.token(
            grant_type="client_credentials",
            client_id=MANAGEMENT[0],
            client_secret=MANAGEMENT[1],
            audience=f"{self.tenant.base_url}/api/v2/",
        )
        return str(reply.json()["access_token"])

    def api(self, method: str, path: str, token: str | None = None, **kwargs: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.management_token}"}
        url = f"{self.tenant.base_url}/api/v2/{path}"
        return requests.request(method, url, headers=headers, timeout=5, **kwargs)

    def ticket(self, user_id: str = BOB, **fields: Any) -> str:
        reply = self.api("POST", "tickets/password-change", json={"user_id": user_id, **fields})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["ticket"])


def callback(browser: Browser) -> dict[str, str]:
    """What the application's callback was given."""
    assert browser.page.url.startswith(CALLBACK), f"{browser.page.url}\n{browser.page.visible_text}"
    return dict(parse_qsl(urlsplit(browser.page.url).query))


def change_password(browser: Browser, ticket: str, new: str, again: str | None = None) -> None:
    browser.get(ticket)
    browser.submit("Reset password", newPassword=new, confirmNewPassword=new if again is None else again)

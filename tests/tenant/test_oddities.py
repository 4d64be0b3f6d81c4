"""Where the tenant must be as awkward as Auth0: links, sign-out, claims, callbacks on this machine, its clock.

Others are tested in their rooms: logs that hold live links, delays and retention (pushes/), redirects and refusals of
Actions (actions/), default login routes (test_change_page.py), a second host (test_custom_domain.py), what a change
ends, tickets and applications (grants/), plans (test_sessions_api.py), the My Account API (my_account/).
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jwt
import pyotp
import pytest
import requests

from tests.support.tenant import demo_seed
from tests.tenant.application import (
    ALICE,
    BOB,
    CALLBACK,
    DATABASE,
    DAVE,
    LOGIN,
    RIVERSIDE,
    SITE,
    Application,
    callback,
    change_password,
)
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

NEW = "Fresh-Lantern-77!"
SKIPPED = "skip_non_verifiable_callback_uri_confirmation_prompt"


def mailed(tenant: LocalTenant, email: str = "bob@example.com") -> str:
    body = {"client_id": LOGIN[0], "connection": DATABASE, "email": email}
    requests.post(f"{tenant.base_url}/dbconnections/change_password", json=body, timeout=5)
    return str(tenant.mails()[0]["links"][0])


class TestLinks:
    @pytest.mark.parametrize("newer", ["ticket", "mail"])
    @pytest.mark.parametrize("older", ["ticket", "mail"])
    def test_a_newer_one_voids_all_older_ones(self, app: Application, browser: Browser, older: str, newer: str):
        """Of that user, however they were made; somebody else's stays."""
        make: dict[str, Callable[[], str]] = {"ticket": app.ticket, "mail": lambda: mailed(app.tenant)}
        others, link, latest = app.ticket(ALICE), make[older](), make[newer]()
        assert browser.get(link).h1 == "Link expired"
        assert [browser.get(url).h1 for url in (latest, others)] == ["Change your password"] * 2

    @pytest.mark.parametrize("path", ["/u/reset-verify", "/u/reset-password", "/lo/reset"])
    def test_their_shape_is_nothing_to_rely_on(self, app: Application, browser: Browser, path: str):
        """A path that has changed before, and a # at the end; looking at the page uses nothing up."""
        app.plan(ticket_path=path)
        for link in (app.ticket(), mailed(app.tenant)):
            assert link.startswith(f"{app.tenant.base_url}{path}?ticket=")
            assert link.endswith("#")
        for _scanner in range(2):
            assert requests.get(link, timeout=5).status_code == 200
        change_password(browser, link, NEW)
        assert browser.page.h1 == "Password changed"

    def test_nor_behind_a_second_factor(self, app: Application, browser: Browser):
        app.plan(ticket_path="/lo/reset", mfa_at_password_reset=True)
        browser.get(app.ticket(DAVE, client_id=LOGIN[0]))
        assert "/u/reset-password/mfa-otp-challenge?" in browser.page.url
        browser.submit("Continue", code=pyotp.TOTP(demo_seed()["users"][3]["mfa"]["otp_secret"]).now())
        assert browser.page.url.startswith(f"{app.tenant.base_url}/lo/reset?ticket=")

    def test_a_path_that_auth0_never_had(self, tenant: LocalTenant):
        reply = requests.post(f"{tenant.base_url}/_control/plan", json={"ticket_path": "/reset"}, timeout=5)
        assert reply.status_code == 400


class TestSignOut:
    """/v2/logout compares without query and hash, and knows no wildcards in paths."""

    @pytest.mark.parametrize(
        ("there", "allowed"),
        [
            (f"{SITE}/bye/", True),
            (f"{SITE}/bye/?next=/x", True),
            (f"{SITE}/bye/#x", True),
            (f"{SITE}/bye/more", False),
            (f"{SITE}/shelves/7", False),
            (f"{SITE}/bye", False),
            ("https://localhost:8000/bye/", False),
            (f"{SITE}.evil.example/bye/", False),
        ],
    )
    def test_what_is_registered(self, app: Application, browser: Browser, there: str, allowed: bool):
        wanted = seed_with_scopes()
        wanted["clients"][0]["allowed_logout_urls"] = [f"{SITE}/bye/", f"{SITE}/shelves/*"]
        app.tenant.seed(wanted)
        app.sign_in(browser)
        browser.get(f"{app.tenant.base_url}/v2/logout?client_id={LOGIN[0]}&returnTo={quote(there)}")
        assert (browser.page.url == there) == allowed
        if not allowed:
            assert browser.page.status == 400
        browser.get(app.authorize_url(prompt="none"))
        assert ("code" in callback(browser)) != allowed, "a refused sign-out ends nothing"

    @pytest.mark.parametrize("named", [True, False])
    def test_whose_list_counts(self, app: Application, browser: Browser, named: bool):
        """The application's with client_id, else the tenant's, and never both."""
        wanted = seed_with_scopes()
        wanted["tenant_settings"] = {"allowed_logout_urls": [f"{SITE}/tenants/"]}
        app.tenant.seed(wanted)
        query = f"client_id={LOGIN[0]}&" if named else ""
        places = [f"{SITE}/", f"{SITE}/tenants/"]
        urls = [browser.get(f"{app.tenant.base_url}/v2/logout?{query}returnTo={place}").url for place in places]
        assert [url == place for url, place in zip(urls, places, strict=True)] == [named, not named]


@pytest.mark.parametrize(
    ("params", "button"),
    [
        ({"connection": DATABASE}, None),
        ({"connection": "google-oauth2"}, "Carol Singh carol@example.com"),
        ({"organization": RIVERSIDE}, None),
    ],
    ids=["database", "google", "organization"],
)
def test_no_claim_says_by_which_connection(
    app: Application, browser: Browser, params: dict[str, str], button: str | None
):
    """A site cannot tell a password from Google by the ID token."""
    browser.get(app.authorize_url(prompt="login", **params))
    if button:
        browser.submit(button)
    else:
        browser.submit("Continue", username="alice@example.com", password="Quiet-Harbour-42!")
    claims = app.claims(callback(browser))
    assert not [name for name in claims if "connection" in name or "strategy" in name or "identit" in name]
    assert not [value for value in claims.values() if value in (DATABASE, "google-oauth2")]
    assert "amr" not in claims


class TestCallbacksOnThisMachine:
    """Nobody can tell who listens there: where no other page was shown, one asks whether this was meant."""

    @pytest.fixture
    def app(self, tenant: LocalTenant) -> Application:
        wanted = seed_with_scopes("update:clients")
        wanted["tenant_settings"] = {SKIPPED: False}
        wanted["clients"][0]["callbacks"] += ["http://app.localhost/", "https://site.example/", "org.northwind://back"]
        tenant.seed(wanted)
        return Application(tenant)

    def test_a_silent_sign_in_asks_every_time(self, app: Application, browser: Browser):
        app.sign_in(browser)
        for _time in range(2):
            browser.get(app.authorize_url())
            assert browser.page.h1 == "Authorize Northwind Library"
            assert "alice@example.com" in browser.page.visible_text
            browser.submit("Accept")
            assert app.claims(callback(browser))["sub"] == ALICE

    def test_who_declines_stays_signed_in(self, app: Application, browser: Browser):
        app.sign_in(browser)
        browser.get(app.authorize_url())
        browser.submit("Decline")
        answer = callback(browser)
        assert (answer["error"], answer["state"]) == ("access_denied", "opaque-state")
        assert browser.get(app.authorize_url()).h1 == "Authorize Northwind Library"

    def test_prompt_none_is_refused(self, app: Application, browser: Browser):
        app.sign_in(browser)
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["error"] == "interaction_required"

    def test_another_page_is_enough(self, app: Application, browser: Browser):
        assert app.sign_in(browser)["code"]
        assert app.sign_in(browser, prompt="login")["code"]
        app.plan(mfa_for_acr_values=True)
        app.sign_in(browser, "dave@example.com", prompt="login")
        multi_factor = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
        browser.get(app.authorize_url(acr_values=multi_factor))
        assert "/u/mfa-otp-challenge" in browser.page.url

    def test_who_signs_out_meanwhile_must_sign_in(self, app: Application, browser: Browser):
        app.sign_in(browser)
        page = browser.get(app.authorize_url())
        requests.get(f"{app.tenant.base_url}/v2/logout", cookies=browser.session.cookies, timeout=5)
        browser.page = page
        browser.submit("Accept")
        assert browser.page.url.startswith(f"{app.tenant.base_url}/u/login?")

    @pytest.mark.parametrize(
        ("redirect_uri", "asked"),
        [
            (CALLBACK, True),
            ("org.northwind://back", True),
            ("http://app.localhost/", False),
            ("https://site.example/", False),
        ],
    )
    def test_which_callbacks(self, app: Application, browser: Browser, redirect_uri: str, asked: bool):
        app.sign_in(browser)
        browser.stop_at = "http" if not asked else None
        reply = browser.session.get(app.authorize_url(redirect_uri=redirect_uri), allow_redirects=False, timeout=5)
        assert reply.headers["Location"].startswith("/u/consent?state=" if asked else f"{redirect_uri}?code=")

    @pytest.mark.parametrize(("own", "asked"), [(True, False), (False, True), (None, False)])
    def test_the_applications_setting_comes_first(self, app: Application, browser: Browser, own: Any, asked: bool):
        wanted = seed_with_scopes("update:clients")
        wanted["tenant_settings"] = {SKIPPED: own is not False}
        app.tenant.seed(wanted)
        reply = app.api("PATCH", f"clients/{LOGIN[0]}", json={SKIPPED: own})
        assert reply.status_code == 200, reply.text
        app.sign_in(browser)
        assert browser.get(app.authorize_url()).url.startswith(f"{app.tenant.base_url}/u/consent" if asked else SITE)


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_that_is_not_the_sites(app: Application, browser: Browser, tenant: LocalTenant, seconds: int):
    """Date follows it, on every kind of answer, and so do the tokens."""
    before = parsedate_to_datetime(requests.get(f"{tenant.base_url}/_control/health", timeout=5).headers["Date"])
    tenant.offset(seconds)
    paths = ("/", "/nothing", "/.well-known/jwks.json", "/api/v2/users/x", "/authorize", f"/users?{BOB}")
    dates = [parsedate_to_datetime(requests.get(tenant.base_url + path, timeout=5).headers["Date"]) for path in paths]
    assert all(abs((date - before).total_seconds() - seconds) < 5 for date in dates)
    token = jwt.decode(app.management_token, options={"verify_signature": False})
    claims = app.claims(app.sign_in(browser, max_age=600))
    for moment in (token["iat"], claims["iat"], claims["auth_time"]):
        assert abs(moment - before.timestamp() - seconds) < 5

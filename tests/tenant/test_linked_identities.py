"""Erin's second identity is Google's, Frank's is the database's: one account each, whichever way they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Browser
from tests.support.tenant import demo_seed
from tests.tenant.application import DATABASE, ERIN, FRANK, SITE, Application, callback, change_password

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

NEW = "Brand-New-Start-7!"
FRANKS = "frank.adeyemi@example.org"
IDENTITY = {"user_id": "64f0c0ffee0000000000f4a7", "provider": "auth0"}
ERIN_AT_GOOGLE = "Erin W. erin.walsh@example.org"
FRANK_AT_GOOGLE = "Frank Adeyemi frank@example.com"


def by_google(app: Application, browser: Browser, person: str, **params: object) -> dict[str, str]:
    browser.get(app.authorize_url(connection="google-oauth2", **params))
    browser.submit(person)
    return callback(browser)


def test_the_profile_is_the_main_identitys(app: Application):
    """The primary comes first and without profileData, as Auth0's page about linking shows it."""
    user = app.api("GET", f"users/{FRANK}").json()
    assert (user["user_id"], user["email"]) == (FRANK, "frank@example.com")
    assert user["identities"] == [
        {
            "connection": "google-oauth2",
            "user_id": FRANK.removeprefix("google-oauth2|"),
            "provider": "google-oauth2",
            "isSocial": True,
        },
        {
            **IDENTITY,
            "connection": DATABASE,
            "isSocial": False,
            "profileData": {"email": FRANKS, "email_verified": True, "name": "Frank Adeyemi"},
        },
    ]


def test_a_linked_account_is_no_user_of_its_own(app: Application):
    assert app.api("GET", f"users/auth0|{IDENTITY['user_id']}").status_code == 404
    assert app.api("GET", f"users-by-email?email={FRANKS}").json() == []


@pytest.mark.parametrize(
    ("subject", "email", "person", "address"),
    [
        (ERIN, "erin@example.com", ERIN_AT_GOOGLE, "erin@example.com"),
        (FRANK, FRANKS, FRANK_AT_GOOGLE, "frank@example.com"),
    ],
)
def test_both_ways_in_lead_to_one_subject(app: Application, subject: str, email: str, person: str, address: str):
    by_password, other = Browser(stop_at=SITE), Browser(stop_at=SITE)
    for answer in (app.sign_in(by_password, email), by_google(app, other, person)):
        claims = app.claims(answer)
        assert (claims["sub"], claims["email"]) == (subject, address)


def test_the_main_identity_has_no_password_the_named_one_has(app: Application, browser: Browser):
    reply = app.api("POST", "tickets/password-change", json={"user_id": FRANK})
    words = "The user's main connection does not support this operation."
    assert (reply.status_code, reply.json()["message"]) == (400, words)
    before = app.tenant.user("frank@example.com")["last_password_reset"]
    browser.get(app.ticket(FRANK, identity=IDENTITY))
    assert FRANKS in browser.page.visible_text
    browser.submit("Reset password", newPassword=NEW, confirmNewPassword=NEW)
    assert browser.page.h1 == "Password changed"
    assert app.tenant.user("frank@example.com")["last_password_reset"] > before
    browser.get(app.authorize_url())
    browser.submit("Continue", username=FRANKS, password=NEW)
    assert app.claims(callback(browser))["sub"] == FRANK


def test_a_change_ends_only_the_sessions_of_its_identity(app: Application):
    with_google, with_password = Browser(stop_at=SITE), Browser(stop_at=SITE)
    by_google(app, with_google, FRANK_AT_GOOGLE)
    app.sign_in(with_password, FRANKS)
    change_password(Browser(), app.ticket(FRANK, identity=IDENTITY), NEW)
    for person, answer in ((with_google, "code"), (with_password, "error")):
        person.get(app.authorize_url(prompt="none"))
        assert answer in callback(person)


def test_erins_google_session_outlives_her_new_password(app: Application, browser: Browser):
    first = app.claims(by_google(app, browser, ERIN_AT_GOOGLE, max_age=3_600))
    change_password(Browser(), app.ticket(ERIN), NEW)
    app.tenant.advance(60)
    browser.get(app.authorize_url(max_age=3_600))
    assert app.claims(callback(browser))["auth_time"] == first["auth_time"]


def test_a_forgotten_password_is_mailed_to_the_linked_address(app: Application, browser: Browser):
    browser.get(app.authorize_url(connection=DATABASE))
    browser.click("Forgot password?")
    browser.submit("Continue", email=FRANKS)
    assert [mail["to"] for mail in app.tenant.mails()] == [FRANKS]


def test_the_mailed_link_verifies_the_linked_address_only(app: Application, browser: Browser, tenant: LocalTenant):
    seed = demo_seed()
    frank = seed["users"][6]
    frank["email_verified"] = frank["linked"][0]["email_verified"] = False
    tenant.seed(seed)
    change_password(browser, app.ticket(FRANK, identity=IDENTITY, mark_email_as_verified=True), NEW)
    user = tenant.user("frank@example.com")
    assert user["email_verified"] is False
    assert user["identities"][1]["profileData"]["email_verified"] is True


def test_a_session_of_one_identity_does_not_answer_for_the_other(app: Application, browser: Browser):
    app.sign_in(browser, "erin@example.com")
    browser.get(app.authorize_url(connection="google-oauth2", prompt="none"))
    assert callback(browser)["error"] == "login_required"

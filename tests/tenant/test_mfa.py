"""Dave's second factor: when his one-time code is asked for, and what the ID token says about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from tests.support.browser import Browser
from tests.support.tenant import demo_seed
from tests.tenant.application import ALICE, BOB, DAVE, LOGIN, SITE, Application, callback

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
DAVES = "dave@example.com"
ASKED = "Verify your identity"
NEW = "Brand-New-Start-7!"
SECRET = demo_seed()["users"][3]["mfa"]["otp_secret"]


def code(app: Application, later: int = 0) -> str:
    """What Dave's telephone shows, by the tenant's clock."""
    now = datetime.fromisoformat(app.tenant.health()["now"]).timestamp()
    return pyotp.TOTP(SECRET).at(int(now) + later)


def give_code(app: Application, browser: Browser) -> dict[str, str]:
    assert browser.page.h1 == ASKED
    browser.submit("Continue", code=code(app))
    return callback(browser)


@pytest.fixture
def always(app: Application) -> Application:
    """A tenant whose Action asks everybody who has enrolled."""
    app.plan(mfa_at_login=True)
    return app


def test_the_demonstration_asks_only_for_acr_values(app: Application, browser: Browser):
    claims = app.claims(app.sign_in(browser, DAVES))
    assert not {"amr", "acr"} & claims.keys()
    app.send(browser, DAVES, prompt="login", acr_values=f"urn:other {MULTI_FACTOR}")
    claims = app.claims(give_code(app, browser))
    assert (claims["sub"], claims["amr"], claims["acr"]) == (DAVE, ["mfa"], MULTI_FACTOR)


def test_without_an_action_acr_values_do_nothing(app: Application, browser: Browser):
    app.plan(mfa_for_acr_values=False)
    assert "amr" not in app.claims(app.sign_in(browser, DAVES, acr_values=MULTI_FACTOR))


def test_after_the_password_comes_the_code(always: Application, browser: Browser):
    always.send(browser, DAVES, max_age=0)
    assert browser.page.url.startswith(f"{always.tenant.base_url}/u/mfa-otp-challenge?state=")
    claims = always.claims(give_code(always, browser))
    assert claims["amr"] == ["mfa"]
    assert claims["iat"] - claims["auth_time"] in (0, 1)


def test_the_password_alone_signs_nobody_in(always: Application, browser: Browser):
    always.send(browser, DAVES)
    assert always.tenant.user(DAVES)["logins_count"] == 1, "it counts all the same"
    browser.get(always.authorize_url(prompt="none"))
    assert callback(browser)["error"] == "login_required"


def test_a_wrong_password_is_not_followed_by_the_code(always: Application, browser: Browser):
    browser.get(always.authorize_url())
    browser.submit("Continue", username=DAVES, password="wrong")
    assert browser.page.h1 == "Welcome"


def test_who_has_not_enrolled_is_not_asked(always: Application, browser: Browser):
    claims = always.claims(always.sign_in(browser, acr_values=MULTI_FACTOR))
    assert claims["sub"] == ALICE
    assert "amr" not in claims


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Please enter a code"), ("12 34", "The code you entered is invalid")]
)
def test_codes_that_do_not_do(always: Application, browser: Browser, typed: str, words: str):
    always.send(browser, DAVES)
    assert browser.submit("Continue", code=typed).status == 400
    assert browser.page.h1 == ASKED
    assert words in browser.page.visible_text
    assert always.claims(give_code(always, browser))["sub"] == DAVE


@pytest.mark.parametrize(("later", "good"), [(-90, False), (-30, True), (30, True), (90, False)])
def test_clocks_of_telephones_differ_a_little(always: Application, browser: Browser, later: int, good: bool):
    always.send(browser, DAVES)
    browser.submit("Continue", code=code(always, later))
    assert (browser.page.h1 != ASKED) is good


def test_a_space_in_the_middle_does_not_matter(always: Application, browser: Browser):
    always.send(browser, DAVES)
    digits = code(always)
    browser.submit("Continue", code=f" {digits[:3]} {digits[3:]}")
    assert callback(browser)["code"]


def test_the_page_shows_the_code_to_play_with(always: Application, browser: Browser):
    always.tenant.advance(86_400)
    always.send(browser, DAVES)
    assert f"The code is {code(always)}" in browser.page.visible_text


def test_the_session_remembers_it(always: Application, browser: Browser):
    """A silent sign-in has no amr: the challenge was passed before, not now."""
    always.send(browser, DAVES)
    first = always.claims(give_code(always, browser))
    for params in ({"prompt": "none"}, {}):
        browser.get(always.authorize_url(**params))
        again = always.claims(callback(browser))
        assert again["sid"] == first["sid"]
        assert "amr" not in again


def test_signing_in_again_asks_again(always: Application, browser: Browser):
    always.send(browser, DAVES)
    give_code(always, browser)
    always.send(browser, DAVES, prompt="login")
    assert browser.page.h1 == ASKED


def test_a_session_is_stepped_up_without_the_password(app: Application, browser: Browser):
    first = app.claims(app.sign_in(browser, DAVES, max_age=3_600))
    app.tenant.advance(600)
    for _ in range(2):  # acr_values are not content with a code of earlier
        browser.get(app.authorize_url(max_age=3_600, acr_values=MULTI_FACTOR))
        claims = app.claims(give_code(app, browser))
        assert (claims["amr"], claims["sid"], claims["auth_time"]) == (["mfa"], first["sid"], first["auth_time"])


def test_a_session_from_before_the_action_is_asked_once(app: Application, browser: Browser):
    app.sign_in(browser, DAVES)
    app.plan(mfa_at_login=True)
    browser.get(app.authorize_url())
    give_code(app, browser)
    browser.get(app.authorize_url())
    assert callback(browser)["code"]


def test_silence_cannot_be_stepped_up(app: Application, browser: Browser):
    app.sign_in(browser, DAVES)
    browser.get(app.authorize_url(prompt="none", acr_values=MULTI_FACTOR))
    assert callback(browser)["error"] == "interaction_required"


def test_a_session_that_ends_meanwhile_is_not_stepped_up(app: Application, browser: Browser):
    app.sign_in(browser, DAVES)
    browser.get(app.authorize_url(acr_values=MULTI_FACTOR))
    other_tab = Browser(session=browser.session)
    other_tab.get(f"{app.tenant.base_url}/v2/logout")
    assert browser.submit("Continue", code=code(app)).status == 400


def test_a_code_does_not_step_up_somebody_elses_session(app: Application, browser: Browser):
    app.sign_in(browser, DAVES)
    browser.get(app.authorize_url(acr_values=MULTI_FACTOR))
    other_tab = Browser(session=browser.session, stop_at=SITE)
    app.sign_in(other_tab, prompt="login")
    assert browser.submit("Continue", code=code(app)).status == 400


def test_another_browser_cannot_go_on(always: Application, browser: Browser):
    always.send(browser, DAVES)
    stranger = Browser(stop_at=SITE)
    stranger.get(browser.page.url)
    assert stranger.page.h1 != ASKED


@pytest.mark.parametrize(
    "path", ["/u/mfa-otp-challenge?state=none", "/u/reset-password/mfa-otp-challenge?ticket=none"]
)
def test_pages_out_of_turn_are_refused(app: Application, browser: Browser, path: str):
    assert browser.get(app.tenant.base_url + path).status == 400


def test_the_page_is_for_those_who_gave_their_password(always: Application, browser: Browser):
    browser.get(always.authorize_url())
    assert browser.get(browser.page.url.replace("/u/login", "/u/mfa-otp-challenge")).status == 400


def test_a_blocked_user_is_not_asked(app: Application, browser: Browser, tenant: LocalTenant):
    seed = demo_seed(SITE)
    seed["clients"][1]["scopes"].append("update:users")
    tenant.seed(seed)
    app.sign_in(browser, DAVES)
    assert app.api("PATCH", f"users/{DAVE}", json={"blocked": True}).status_code == 200
    browser.get(app.authorize_url(acr_values=MULTI_FACTOR))
    assert callback(browser)["error"] == "unauthorized"


def test_google_is_followed_by_the_code_too(app: Application, browser: Browser, tenant: LocalTenant):
    seed: Any = demo_seed(SITE)
    seed["users"][2]["mfa"] = {"otp_secret": SECRET}
    seed["plan"]["mfa_at_login"] = True
    tenant.seed(seed)
    browser.get(app.authorize_url(connection="google-oauth2"))
    browser.submit("Carol Singh carol@example.com")
    assert app.claims(give_code(app, browser))["amr"] == ["mfa"]


class TestAtReset:
    """A ticket for an application, in a tenant whose post-challenge Action asks for the code."""

    @pytest.fixture
    def careful(self, app: Application) -> Application:
        app.plan(mfa_at_password_reset=True)
        return app

    def test_the_code_comes_before_the_new_password(self, careful: Application, browser: Browser):
        browser.get(careful.ticket(DAVE, client_id=LOGIN[0]))
        assert browser.page.h1 == ASKED
        browser.submit("Continue", code="no")
        assert "The code you entered is invalid" in browser.page.visible_text
        browser.submit("Continue", code=code(careful))
        assert browser.page.h1 == "Change your password"
        browser.submit("Reset password", newPassword=NEW, confirmNewPassword=NEW)
        assert browser.page.h1 == "Password changed"

    def test_the_form_cannot_be_posted_without_it(self, careful: Application, browser: Browser):
        ticket = careful.ticket(DAVE, client_id=LOGIN[0])
        browser.get(ticket)
        browser.submit("Continue", code=code(careful))
        thief = Browser(stop_at=SITE)
        thief.page = browser.page
        thief.submit("Reset password", newPassword=NEW, confirmNewPassword=NEW)
        assert thief.page.h1 == ASKED
        assert careful.tenant.user(DAVES)["last_password_reset"] == "2026-05-02T16:40:12.207Z"

    def test_the_mailed_link_asks_too(self, careful: Application, browser: Browser):
        browser.get(careful.authorize_url())
        browser.click("Forgot password?")
        browser.submit("Continue", email=DAVES)
        assert browser.get(careful.tenant.mails()[0]["links"][0]).h1 == ASKED

    @pytest.mark.parametrize(("user", "fields"), [(DAVE, {}), (BOB, {"client_id": LOGIN[0]})])
    def test_without_client_or_factor_nothing_is_asked(
        self, careful: Application, browser: Browser, user: str, fields: dict[str, str]
    ):
        assert browser.get(careful.ticket(user, **fields)).h1 == "Change your password"

    def test_off_by_default(self, app: Application, browser: Browser):
        assert browser.get(app.ticket(DAVE, client_id=LOGIN[0])).h1 == "Change your password"


def test_the_secret_is_nowhere_to_be_read(app: Application):
    assert SECRET not in app.api("GET", f"users/{DAVE}").text
    assert SECRET not in str(app.tenant.users())

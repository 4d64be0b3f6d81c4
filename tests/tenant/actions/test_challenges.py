"""Second factors that an Action asks for, on pages that really ask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pyotp
import pytest

from tests.support.browser import Browser
from tests.support.tenant import demo_seed
from tests.tenant.actions.conftest import SCOPES
from tests.tenant.application import SITE, Application, callback
from tests.tenant.steering import seed_with_scopes, steer

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant
    from tests.tenant.actions.deploying import Deployer

DAVES = "dave@example.com"
SECRET = demo_seed()["users"][3]["mfa"]["otp_secret"]
RECOVERY = "K3Q9ZT7XW2M5PB8RHJ4LNV6C"
ASKED = "Verify your identity"


@pytest.fixture
def app(tenant: LocalTenant) -> Application:
    """Dave has an authenticator app, a recovery code and a verified address."""
    seed = seed_with_scopes(*SCOPES)
    seed["users"][3]["mfa"]["recovery_code"] = RECOVERY
    seed["plan"]["mfa_factors"] = ["otp", "email", "recovery-code"]
    tenant.seed(seed)
    return Application(tenant)


def code(app: Application) -> str:
    now = datetime.fromisoformat(app.tenant.health()["now"]).timestamp()
    return pyotp.TOTP(SECRET).at(int(now))


def mailed(app: Application) -> str:
    words = app.tenant.mails()[0]["text"].split()
    return next(word for word in words if word.isdigit())


def at(browser: Browser) -> str:
    return browser.page.url.partition("/u/")[2].partition("?")[0]


class TestOneFactor:
    def test_a_one_time_code(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWith({ type: 'otp' })")
        app.send(browser, DAVES)
        assert (at(browser), browser.page.h1) == ("mfa-otp-challenge", ASKED)
        assert browser.submit("Continue", code="000").status == 400
        assert "The code you entered is invalid" in browser.page.visible_text
        browser.submit("Continue", code=code(app))
        claims = app.claims(callback(browser))
        assert claims["amr"] == ["mfa"]

    def test_a_code_by_mail(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWith({ type: 'email' })")
        app.send(browser, DAVES)
        assert at(browser) == "mfa-email-challenge"
        assert app.tenant.mails()[0]["to"] == DAVES
        first = mailed(app)
        assert browser.submit("Continue", code="").status == 400
        browser.submit("Send it again")
        assert len(app.tenant.mails()) == 2
        if mailed(app) != first:
            assert browser.submit("Continue", code=first).status == 400
        browser.submit("Continue", code=mailed(app))
        assert callback(browser)["code"]

    def test_a_recovery_code_once(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWith({ type: 'recovery-code' })")
        app.send(browser, DAVES)
        browser.submit("Continue", code=f"{RECOVERY[:12]}-{RECOVERY[12:].lower()}")
        assert browser.page.h1 == "Almost there"
        fresh = browser.page.visible_text.split("once.")[1].split()[0]
        browser.submit("I have kept it")
        assert callback(browser)["code"]
        app.send(browser, DAVES, prompt="login")
        assert browser.submit("Continue", code=RECOVERY).status == 400
        browser.submit("Continue", code=fresh)
        assert browser.page.h1 == "Almost there"

    def test_the_page_cannot_be_skipped(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWith({ type: 'otp' })")
        app.send(browser, DAVES)
        url = browser.page.url
        for other in ("mfa-email-challenge", "mfa-recovery-code-challenge"):
            assert browser.get(url.replace("mfa-otp-challenge", other)).status == 400
        browser.get(url.replace("/u/mfa-otp-challenge", "/continue"))
        assert browser.page.status == 400

    def test_another_browser_cannot_answer(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWith({ type: 'otp' })")
        app.send(browser, DAVES)
        stranger = Browser(stop_at=SITE)
        assert ASKED not in stranger.get(browser.page.url).visible_text


class TestSeveralFactors:
    def test_any_of_them_shows_a_choice(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWithAny([{ type: 'otp' }, { type: 'email' }, { type: 'phone' }])")
        app.send(browser, DAVES)
        assert at(browser) == "mfa-login-options"
        assert "Recovery code" not in browser.page.visible_text
        browser.click("E-mail")
        browser.submit("Continue", code=mailed(app))
        assert callback(browser)["code"]

    def test_no_choice_of_one(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWithAny([{ type: 'otp' }, { type: 'phone' }])")
        app.send(browser, DAVES)
        assert at(browser) == "mfa-otp-challenge"

    def test_additional_factors_are_another_way(self, deployer: Deployer, app: Application, browser: Browser):
        more = "{ additionalFactors: [{ type: 'recovery-code' }] }"
        deployer.run(f"api.authentication.challengeWith({{ type: 'otp' }}, {more})")
        app.send(browser, DAVES)
        assert at(browser) == "mfa-otp-challenge"
        browser.click("Recovery code")
        browser.submit("Continue", code=RECOVERY)
        browser.submit("I have kept it")
        assert callback(browser)["code"]

    def test_one_after_the_other(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run(
            "api.authentication.challengeWith({ type: 'otp' }); api.authentication.challengeWith({ type: 'email' })"
        )
        app.send(browser, DAVES)
        browser.submit("Continue", code=code(app))
        assert at(browser) == "mfa-email-challenge"
        browser.submit("Continue", code=mailed(app))
        assert callback(browser)["code"]

    @pytest.mark.parametrize("email", [DAVES, "alice@example.com"])
    def test_what_is_not_enrolled_is_ignored_until_nothing_is_left(
        self, deployer: Deployer, app: Application, browser: Browser, email: str
    ):
        app.plan(mfa_factors=["otp"])
        deployer.run("api.authentication.challengeWithAny([{ type: 'email' }, { type: 'otp' }])")
        app.send(browser, email)
        if email == DAVES:
            assert at(browser) == "mfa-otp-challenge"
        else:
            assert callback(browser)["error"] == "access_denied"


class TestTheRun:
    def test_the_next_action_sees_the_factor(self, deployer: Deployer, app: Application, browser: Browser):
        names = "event.authentication.methods.map((m) => [m.name, m.type]).join(';')"
        deployer.run("api.authentication.challengeWith({ type: 'otp' })", then="console.log('never')")
        deployer.run(f"console.log({names})")
        app.send(browser, DAVES)
        assert deployer.executions()[0]["status"] == "suspended"
        browser.submit("Continue", code=code(app))
        assert deployer.output() == "pwd,;mfa,otp\n"

    def test_a_factor_is_not_asked_for_twice(self, deployer: Deployer, app: Application, browser: Browser):
        for _ in range(2):
            deployer.run("api.authentication.challengeWith({ type: 'otp' })")
        app.send(browser, DAVES)
        browser.submit("Continue", code=code(app))
        assert callback(browser)["code"]

    def test_a_fifth_command_is_an_error(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("for (let n = 0; n < 5; n++) api.authentication.challengeWith({ type: 'otp' })")
        app.send(browser, DAVES)
        assert "four" in callback(browser)["error_description"]

    def test_metadata_waits_for_the_factor(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.user.setAppMetadata('a', 1); api.authentication.challengeWith({ type: 'otp' })")
        app.send(browser, DAVES)
        assert "app_metadata" not in app.tenant.user(DAVES)
        browser.submit("Continue", code=code(app))
        assert app.tenant.user(DAVES)["app_metadata"] == {"a": 1}

    def test_the_old_command_puts_it_off_to_the_end(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.multifactor.enable('any', { allowRememberBrowser: false })")
        deployer.run("console.log('before')")
        app.send(browser, DAVES)
        assert at(browser) == "mfa-otp-challenge"
        assert deployer.output() == "before\n"
        browser.submit("Continue", code=code(app))
        assert callback(browser)["code"]

    def test_remembered_for_the_session(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.multifactor.enable('any', { allowRememberBrowser: true })")
        app.send(browser, DAVES)
        browser.submit("Continue", code=code(app))
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["code"]

    def test_silence_cannot_ask(self, deployer: Deployer, app: Application, browser: Browser):
        app.sign_in(browser, DAVES)
        deployer.run("api.authentication.challengeWith({ type: 'otp' })")
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["error"] == "interaction_required"

    def test_a_redirect_after_a_factor(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.authentication.challengeWith({ type: 'otp' })")
        deployer.run(f"api.redirect.sendUserTo('{SITE}/verify')")
        app.send(browser, DAVES)
        browser.submit("Continue", code=code(app))
        state = browser.page.url.rpartition("state=")[2]
        browser.get(f"{app.tenant.base_url}/continue?state={state}")
        assert app.claims(callback(browser))["amr"] == ["mfa"]


def test_factors_that_nobody_knows_are_no_plan(app: Application):
    answer = steer(app.tenant, "plan", {"mfa_factors": ["otp", "duo"]})
    assert (answer.status_code, "mfa_factors" in answer.json()["error"]) == (400, True)

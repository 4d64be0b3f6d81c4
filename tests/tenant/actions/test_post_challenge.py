"""Actions between the link and the new password."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import jwt
import pyotp
import pytest

from tests.support.browser import Browser
from tests.support.tenant import demo_seed
from tests.tenant.actions.conftest import SCOPES
from tests.tenant.actions.deploying import CHALLENGE
from tests.tenant.application import BOB, DAVE, LOGIN, SITE, change_password
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.application import Application

NEW = "Brand-New-Start-7!"
SECRET = "a-secret-of-both-sides-that-is-long-enough"
OTP = demo_seed()["users"][3]["mfa"]["otp_secret"]
FORM = "Change your password"
OUT = f"""
    const token = api.redirect.encodeToken({{ secret: event.secrets.SHARED, payload: {{}} }});
    api.redirect.sendUserTo('{SITE}/verify/', {{ query: {{ session_token: token }} }});
"""
BACK = """
    try { api.redirect.validateToken({ secret: event.secrets.SHARED }); }
    catch (error) { api.access.deny('Ask at the desk.'); }
"""


@pytest.fixture
def link(app: Application) -> str:
    return app.ticket(BOB, client_id=LOGIN[0])


def test_they_run_before_the_form(deployer: Deployer, browser: Browser, link: str):
    shown = (
        "[event.user.email, event.authentication.methods[0].name, event.client.client_id, event.transaction.protocol]"
    )
    deployer.run(f"console.log({shown}.join())", trigger=CHALLENGE)
    assert browser.get(link).h1 == FORM
    assert deployer.output() == f"bob@example.com,email,{LOGIN[0]},\n"
    assert deployer.executions()[0]["trigger_id"] == CHALLENGE
    change_password(browser, link, NEW)
    assert browser.page.h1 == "Password changed"
    assert len(deployer.executions()) == 1


def test_not_for_a_ticket_without_client(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("api.access.deny('no')", trigger=CHALLENGE)
    assert browser.get(app.ticket(BOB)).h1 == FORM


def test_the_mailed_link_too(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("api.access.deny('Ask at the desk.')", trigger=CHALLENGE)
    browser.get(app.authorize_url())
    browser.click("Forgot password?")
    browser.submit("Continue", email="bob@example.com")
    assert "Ask at the desk." in browser.get(app.tenant.mails()[0]["links"][0]).visible_text


def test_a_refusal_is_a_page_with_its_words(deployer: Deployer, app: Application, browser: Browser, link: str):
    deployer.run("api.access.deny('Ask at the desk.')", trigger=CHALLENGE)
    assert browser.get(link).status == 403
    assert "Ask at the desk." in browser.page.visible_text
    deployer.bind(trigger=CHALLENGE)
    assert browser.get(link).h1 == FORM


def test_metadata_cannot_be_set_here(deployer: Deployer, browser: Browser, link: str):
    deployer.run("console.log(typeof api.user, typeof api.redirect.canRedirect)", trigger=CHALLENGE)
    browser.get(link)
    assert deployer.output() == "undefined undefined\n"


def test_what_stands_in_the_link_is_the_users_own(deployer: Deployer, browser: Browser, link: str):
    deployer.run("console.log(event.request.query.forged)", trigger=CHALLENGE)
    browser.get(link.replace("#", "&forged=1#"))
    assert deployer.output() == "1\n"


class TestRedirect:
    @pytest.fixture(autouse=True)
    def action(self, deployer: Deployer) -> None:
        deployer.run(OUT, then=BACK, trigger=CHALLENGE, SHARED=SECRET)

    def out(self, browser: Browser, link: str) -> tuple[str, str]:
        browser.get(link)
        assert browser.page.url.startswith(f"{SITE}/verify/")
        [state] = parse_qs(urlsplit(browser.page.url).query)["state"]
        claims = {"sub": BOB, "iss": SITE, "iat": 9e8, "exp": 9_999_999_999, "state": state}
        return state, jwt.encode(claims, SECRET, "HS256")

    def test_there_and_back(self, app: Application, browser: Browser, link: str):
        state, token = self.out(browser, link)
        browser.get(f"{app.tenant.base_url}/continue?state={state}&session_token={token}")
        assert browser.page.h1 == FORM
        browser.submit("Reset password", newPassword=NEW, confirmNewPassword=NEW)
        assert browser.page.h1 == "Password changed"

    def test_back_without_a_token(self, app: Application, browser: Browser, link: str):
        state, _ = self.out(browser, link)
        browser.get(f"{app.tenant.base_url}/continue?state={state}")
        assert "Ask at the desk." in browser.page.visible_text

    def test_the_form_cannot_be_posted_by_who_has_only_the_link(self, app: Application, browser: Browser, link: str):
        state, token = self.out(browser, link)
        browser.get(f"{app.tenant.base_url}/continue?state={state}&session_token={token}")
        thief = Browser(stop_at=SITE)
        thief.page = browser.page
        thief.submit("Reset password", newPassword=NEW, confirmNewPassword=NEW)
        assert thief.page.url.startswith(f"{SITE}/verify/")
        assert "last_password_reset" not in app.tenant.user("bob@example.com")

    def test_one_hour(self, app: Application, browser: Browser, link: str):
        state, token = self.out(browser, link)
        app.tenant.advance(3_601)
        browser.get(f"{app.tenant.base_url}/continue?state={state}&session_token={token}")
        assert browser.page.status == 400


def test_a_second_factor(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("api.authentication.challengeWithAny(event.user.enrolledFactors)", trigger=CHALLENGE)
    deployer.run("console.log(event.authentication.methods.at(-1).type)", trigger=CHALLENGE)
    browser.get(app.ticket(DAVE, client_id=LOGIN[0]))
    assert browser.page.h1 == "Verify your identity"
    assert "/u/reset-password/mfa-otp-challenge?ticket=" in browser.page.url
    assert browser.submit("Continue", code="1").status == 400
    now = datetime.fromisoformat(app.tenant.health()["now"]).timestamp()
    browser.submit("Continue", code=pyotp.TOTP(OTP).at(int(now)))
    assert browser.page.h1 == FORM
    assert deployer.output() == "otp\n"


def test_nobody_else_answers_for_the_browser(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("api.authentication.challengeWith({ type: 'otp' })", trigger=CHALLENGE)
    browser.get(app.ticket(DAVE, client_id=LOGIN[0]))
    stranger = Browser(stop_at=SITE)
    stranger.get(browser.page.url)
    assert stranger.page.h1 == "Verify your identity"  # a run of their own
    assert len(deployer.executions()) == 2


def test_where_it_ends(deployer: Deployer, browser: Browser, link: str):
    deployer.run(f"api.transaction.setResultUrl('{SITE}/done/?a=1', {{ query: {{ b: 2 }} }})", trigger=CHALLENGE)
    change_password(browser, link, NEW)
    assert browser.page.url == f"{SITE}/done/?a=1&b=2"


def test_at_most_four(deployer: Deployer):
    for _ in range(4):
        deployer.run("", trigger=CHALLENGE)
    names = deployer.names[CHALLENGE]
    assert deployer.bind(*names, names[0], trigger=CHALLENGE).status_code == 400


def test_the_code_of_the_message_comes_first(deployer: Deployer, app: Application, browser: Browser):
    """Where reset messages carry a code, the Actions run after it."""
    seed = seed_with_scopes(*SCOPES, attributes={"email": {"verification_method": "otp"}})
    app.tenant.seed(seed)
    deployer.run("console.log('after')", trigger=CHALLENGE)
    browser.get(app.authorize_url())
    browser.click("Forgot password?")
    browser.submit("Continue", email="bob@example.com")
    mail = app.tenant.mails()[0]
    browser.get(mail["links"][0])
    assert (browser.page.h1, deployer.executions()) == ("Enter the code", [])
    assert browser.submit("Continue", code="000 000").status == 400
    browser.submit("Continue", code=next(word for word in mail["text"].split() if word.isdigit()))
    assert (browser.page.h1, deployer.output()) == (FORM, "after\n")
    browser.submit("Reset password", newPassword=NEW, confirmNewPassword=NEW)
    assert browser.page.h1 == "Password changed"

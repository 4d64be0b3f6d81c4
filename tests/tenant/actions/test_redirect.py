"""Out to a site, with ``state`` added to any address, and back to /continue, without a cookie of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from tests.support.browser import Browser
from tests.tenant.application import ALICE, BOB, SITE, callback

if TYPE_CHECKING:
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.application import Application

SECRET = "a-secret-of-both-sides-that-is-long-enough"
VERIFY = f"{SITE}/verify/"
OUT = f"""
    const token = api.redirect.encodeToken({{ secret: event.secrets.SHARED, payload: {{ purpose: 'test' }} }});
    api.redirect.sendUserTo('{VERIFY}?step=1#top', {{ query: {{ session_token: token }} }});
"""
BACK = """
    try {
      const claims = api.redirect.validateToken({ secret: event.secrets.SHARED });
      api.idToken.setCustomClaim('https://site.example/answer', claims.answer);
    } catch (error) { api.access.deny(error.message); }
"""


@dataclass
class Trip:
    """One browser on its way."""

    app: Application
    browser: Browser

    @property
    def sent(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.browser.page.url).query).items()}

    @property
    def state(self) -> str:
        return self.sent["state"]

    def token(self, secret: str = SECRET, *, without: str = "", typ: str = "JWT", **changes: Any) -> str:
        now = jwt.decode(
            self.sent["session_token"], SECRET, ["HS256"], options={"verify_exp": False, "verify_iat": False}
        )["iat"]
        claims = {"sub": ALICE, "iss": SITE, "iat": now, "exp": now + 60, "state": self.state, "answer": 42, **changes}
        claims.pop(without, None)
        return jwt.encode(claims, secret, "HS256", headers={"typ": typ})

    def back(self, **params: str) -> dict[str, str]:
        self.get(**params)
        return callback(self.browser)

    def get(self, **params: str) -> None:
        query = "&".join(f"{name}={value}" for name, value in {"state": self.state, **params}.items())
        self.browser.get(f"{self.app.tenant.base_url}/continue?{query}")


@pytest.fixture
def trip(deployer: Deployer, app: Application, browser: Browser) -> Trip:
    deployer.run(OUT, then=BACK, SHARED=SECRET)
    app.send(browser)
    return Trip(app, browser)


def refused(browser: Browser) -> bool:
    return browser.page.status == 400 and "invalid_request" in browser.page.visible_text


class TestOut:
    def test_the_address_keeps_what_it_had_and_gets_a_state(self, trip: Trip):
        url = urlsplit(trip.browser.page.url)
        assert url.geturl().startswith(VERIFY)
        assert trip.sent["step"] == "1"
        assert trip.state != "opaque-state"

    def test_a_state_of_its_own_stays_too(self, deployer: Deployer, app: Application, browser: Browser):
        """What makes redirects to a ticket's page fail."""
        deployer.run(f"api.redirect.sendUserTo('{VERIFY}?state=mine')")
        app.send(browser)
        states = parse_qs(urlsplit(browser.page.url).query)["state"]
        assert states[0] == "mine"
        assert len(states) == 2

    def test_the_token(self, trip: Trip):
        token = trip.sent["session_token"]
        assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
        claims = jwt.decode(token, SECRET, ["HS256"], options={"verify_exp": False, "verify_iat": False})
        assert (claims["sub"], claims["iss"], claims["purpose"]) == (ALICE, trip.app.tenant.domain, "test")
        assert claims["exp"] - claims["iat"] == 900
        assert claims["ip"] == "127.0.0.1"

    def test_there_is_a_session_already(self, trip: Trip, deployer: Deployer):
        assert trip.app.tenant.user("alice@example.com")["logins_count"] == 1
        deployer.bind()
        trip.browser.get(trip.app.authorize_url(prompt="none"))
        assert callback(trip.browser)["code"]

    def test_silence_cannot_redirect(self, trip: Trip):
        trip.browser.get(trip.app.authorize_url(prompt="none"))
        assert callback(trip.browser)["error"] == "interaction_required"


class TestBack:
    def test_by_get(self, trip: Trip):
        claims = trip.app.claims(trip.back(session_token=trip.token()))
        assert claims["https://site.example/answer"] == 42

    def test_by_post_from_another_site(self, trip: Trip):
        """No Lax cookie comes along: the transaction is found by its state."""
        body = {"state": trip.state, "session_token": trip.token()}
        url = f"{trip.app.tenant.base_url}/continue"
        answer = requests.post(url, data=body, allow_redirects=False, timeout=5)
        assert answer.status_code == 302
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["code"]

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"secret": "another-secret-that-is-also-long-enough"}, "Failed signature validation"),
            ({"typ": "at+jwt"}, "Unexpected token payload type"),
            ({"without": "iat"}, "Missing or invalid standard claims"),
            ({"without": "iss"}, "Missing or invalid standard claims"),
            ({"without": "exp"}, "Missing or invalid standard claims"),
            ({"sub": BOB}, "The sub claim does not match the user_id."),
            ({"exp": 1}, "Token has expired."),
            ({"state": "other"}, "State in the token does not match the /continue state."),
            ({"without": "state"}, "State in the token does not match the /continue state."),
        ],
    )
    def test_tokens_that_do_not_do(self, trip: Trip, changes: dict[str, Any], words: str):
        answer = trip.back(session_token=trip.token(**changes))
        assert answer["error_description"] == f"The session token is invalid: {words}"

    def test_no_token(self, trip: Trip):
        words = "There is no parameter called 'session_token' available in either the POST body or query string."
        assert trip.back()["error_description"] == words

    def test_no_algorithm_at_all(self, trip: Trip):
        token = jwt.encode({"sub": ALICE, "iss": SITE, "iat": 1, "exp": 9e9, "state": trip.state}, None, "none")
        assert "Failed signature validation" in trip.back(session_token=token)["error_description"]

    def test_the_event_is_of_this_request(self, deployer: Deployer, app: Application, browser: Browser):
        what = "[event.request.method, event.request.query.word, event.request.query.client_id]"
        deployer.run(f"api.redirect.sendUserTo('{VERIFY}')", then=f"console.log({what}.join())")
        app.send(browser)
        Trip(app, browser).back(word="yes")
        assert deployer.output() == "GET,yes,\n"

    def test_only_the_one_that_redirected_continues(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("console.log(1)", then="console.log('never')")
        deployer.run(f"console.log(2); api.redirect.sendUserTo('{VERIFY}')", then="console.log('back')")
        deployer.run("console.log(3)", then="console.log('never')")
        app.send(browser)
        assert deployer.executions()[0]["status"] == "suspended"
        Trip(app, browser).back()
        assert deployer.output() == "1\n2\nback\n3\n"
        assert deployer.executions()[0]["status"] == "final"

    def test_metadata_is_fresh(self, deployer: Deployer, app: Application, browser: Browser):
        show = "console.log(JSON.stringify(event.user.app_metadata))"
        deployer.run(f"api.user.setAppMetadata('a', 1); api.redirect.sendUserTo('{VERIFY}')", then=show)
        app.send(browser)
        app.api("PATCH", f"users/{ALICE}", json={"app_metadata": {"b": 2}})
        Trip(app, browser).back()
        assert deployer.output() == '{"a":1,"b":2}\n'

    def test_a_method_can_be_recorded(self, deployer: Deployer, app: Application, browser: Browser):
        url = f"{SITE}/account/changed"
        once = f"if (!event.authentication.methods.some((m) => m.name === '{url}')) "
        deployer.run(f"{once} api.redirect.sendUserTo('{VERIFY}')", then=f"api.authentication.recordMethod('{url}')")
        app.send(browser)
        Trip(app, browser).back()
        browser.get(app.authorize_url())
        assert callback(browser)["code"]

    def test_only_when_continuing_is_a_method_recorded(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run(f"api.authentication.recordMethod('{SITE}/x')")
        assert "onContinuePostLogin" in app.sign_in(browser)["error_description"]

    def test_two_redirects_in_a_row(self, deployer: Deployer, app: Application, browser: Browser):
        for number in (1, 2):
            deployer.run(f"api.redirect.sendUserTo('{VERIFY}{number}')")
        app.send(browser)
        first = Trip(app, browser)
        seen = first.state
        first.get()
        assert urlsplit(browser.page.url).path == "/verify/2"
        assert first.state != seen
        assert first.back()["code"]


class TestNotBack:
    def test_an_unknown_state(self, trip: Trip):
        for state in ("", "unknown"):
            trip.browser.get(f"{trip.app.tenant.base_url}/continue?state={state}")
            assert refused(trip.browser)

    def test_a_state_works_once(self, trip: Trip):
        state, token = trip.state, trip.token()
        assert trip.back(session_token=token)["code"]
        trip.browser.get(f"{trip.app.tenant.base_url}/continue?state={state}&session_token={token}")
        assert refused(trip.browser)

    def test_the_applications_state_is_no_key(self, trip: Trip):
        trip.browser.get(f"{trip.app.tenant.base_url}/continue?state=opaque-state")
        assert refused(trip.browser)

    def test_one_hour_then_the_default_login_route(self, trip: Trip):
        url = f"{trip.app.tenant.base_url}/continue?state={trip.state}&session_token={trip.token(exp=9_999_999_999)}"
        trip.app.tenant.advance(3_590)
        trip.app.tenant.advance(11)
        trip.browser.get(url)
        assert trip.browser.page.url.startswith(f"{SITE}/account/login/?iss=")

    def test_just_within_the_hour(self, trip: Trip):
        trip.app.tenant.advance(3_500)
        assert trip.back(session_token=trip.token(exp=9_999_999_999))["code"]

    def test_another_browser_cannot_go_on(self, trip: Trip):
        stranger = Browser(stop_at=SITE)
        stranger.get(f"{trip.app.tenant.base_url}/continue?state={trip.state}&session_token={trip.token()}")
        assert refused(stranger)

    def test_who_signed_out_meanwhile_is_not_signed_in(self, trip: Trip):
        Browser(session=trip.browser.session).get(f"{trip.app.tenant.base_url}/v2/logout")
        trip.get(session_token=trip.token())
        assert refused(trip.browser)

    def test_a_user_deleted_meanwhile(self, trip: Trip):
        assert trip.app.api("DELETE", f"users/{ALICE}").status_code == 204
        trip.get(session_token=trip.token())
        assert refused(trip.browser)

    def test_begun_again_everything_runs_again(self, trip: Trip, deployer: Deployer):
        trip.browser.get(trip.app.authorize_url())
        assert trip.browser.page.url.startswith(VERIFY)
        assert len(deployer.executions()) == 2


def test_it_survives_a_restart_of_the_tenant(deployer: Deployer, app: Application, browser: Browser, tmp_path):
    """The redirect is in the state file; so is what was deployed."""
    from tests.support.tenant import LocalTenant
    from tests.tenant.actions.conftest import SCOPES
    from tests.tenant.actions.deploying import Deployer as Another
    from tests.tenant.application import Application as Site
    from tests.tenant.steering import seed_with_scopes

    state = tmp_path / "state.json"
    with LocalTenant.start(seed_with_scopes(*SCOPES), state=state) as tenant:
        site, port = Site(tenant), tenant.port
        Another(site).run(OUT, then=BACK, SHARED=SECRET)
        site.send(browser)
    with LocalTenant.start(state=state, port=port) as tenant:
        trip = Trip(Site(tenant), browser)
        assert trip.app.claims(trip.back(session_token=trip.token()))["https://site.example/answer"] == 42

"""A new password inside the sign-in: rendered by an Action, set by a flow, judged by the Action that goes on."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
import requests

from tests.support.browser import Browser
from tests.tenant.actions.deploying import CHANGED as CHANGED_TRIGGER
from tests.tenant.application import PASSWORDS, SITE, Application, callback
from tests.tenant.steering import steer

if TYPE_CHECKING:
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.forms.designing import Designer

BOBS, NEW = "bob@example.com", "Brand-New-Start-7!"
CHANGED = "https://site.example/changed"
EXPIRED = f"{SITE}/account/login/?iss="


@pytest.fixture
def at_form(app: Application, designer: Designer, browser: Browser) -> Browser:
    """Bob's password is a temporary one: he is asked for another."""
    designer.render(designer.new_password())
    app.send(browser, BOBS)
    assert browser.page.status == 200, browser.page.visible_text
    return browser


def fill(browser: Browser, new: str = NEW, again: str | None = None, **fields: Any) -> None:
    passwords = {"fields.new_password": new, "fields.again": new if again is None else again}
    browser.submit("Save", **{**passwords, "fields.terms": "true", **fields})


def works(app: Application, password: str) -> bool:
    browser = Browser(stop_at=SITE)
    browser.get(app.authorize_url(prompt="login"))
    browser.submit("Continue", username=BOBS, password=password)
    return browser.page.status != 400


class TestThePage:
    def test_what_it_says(self, at_form: Browser):
        page = at_form.page
        assert page.url.split("?")[0].endswith("/u/form")
        assert "Choose a new password\nAt least 10 characters." in page.visible_text
        assert page.h1 == "A new password"
        assert "<strong>not</strong>" in page.text
        assert page.forms[0].button_texts == ["Save", "Not now"]

    def test_passwords_never_stand_in_it(self, at_form: Browser):
        fill(at_form, again="Another-One-9!")
        assert NEW not in at_form.page.text

    def test_only_who_must_is_asked(self, app: Application, designer: Designer, browser: Browser):
        designer.render(designer.new_password())
        assert app.sign_in(browser)["code"]


class TestTaken:
    def test_the_sign_in_goes_on_with_the_fresh_change(self, app: Application, at_form: Browser):
        fill(at_form)
        claims = app.claims(callback(at_form))
        assert claims[CHANGED] == app.tenant.user(BOBS)["last_password_reset"]
        assert works(app, NEW)
        assert not works(app, PASSWORDS[BOBS])

    def test_in_one_call_with_the_flag(self, app: Application, at_form: Browser):
        fill(at_form)
        assert "needsPasswordReset" not in app.tenant.user(BOBS).get("app_metadata", {})

    def test_the_next_sign_in_asks_no_more(self, app: Application, at_form: Browser):
        fill(at_form)
        at_form.get(app.authorize_url(prompt="none"))
        assert callback(at_form)["code"]

    def test_sessions_elsewhere_are_over(self, app: Application, designer: Designer, browser: Browser):
        elsewhere = Browser(stop_at=SITE)
        app.sign_in(elsewhere, BOBS)
        designer.render(designer.new_password())
        app.send(browser, BOBS)
        fill(browser)
        elsewhere.get(app.authorize_url(prompt="none"))
        assert callback(elsewhere)["error"] == "login_required"

    def test_the_action_sees_what_was_given_and_no_password(self, at_form: Browser, deployer: Deployer):
        fill(at_form)
        prompt = json.loads(deployer.output())
        assert prompt["id"].startswith("ap_")
        assert prompt["vars"] == {"connection": "Username-Password-Authentication"}
        assert prompt["fields"] == {"new_password": "███", "again": "███", "terms": True}

    def test_what_was_typed_is_not_in_the_log_of_requests(self, app: Application, at_form: Browser):
        fill(at_form)
        assert NEW not in requests.get(f"{app.tenant.base_url}/_control/requests", timeout=5).text

    def test_it_is_logged_as_a_call_of_the_management_api(self, app: Application, at_form: Browser):
        fill(at_form)
        logs = app.api("GET", "logs").json()
        call = next(log for log in logs if log["type"] == "sapi" and log["description"] == "Update a User")
        assert call["client_id"] == "demo-management-client"
        assert call["details"]["request"]["body"]["password"] == "*****"
        assert NEW not in json.dumps(logs)


class TestRefused:
    @pytest.mark.parametrize(
        ("password", "words"),
        [
            ("short", "PasswordStrengthError: Password is too weak"),
            ("My-Bob Miller-7!", "PasswordNoUserInfoError: Password contains user information"),
            (PASSWORDS[BOBS], "PasswordHistoryError: Password has previously been used"),
        ],
    )
    def test_by_the_policy_with_its_words_on_the_step(
        self, app: Application, at_form: Browser, password: str, words: str
    ):
        fill(at_form, password)
        assert at_form.page.status == 400
        assert words in at_form.page.visible_text
        fill(at_form)
        assert app.claims(callback(at_form))[CHANGED]

    def test_two_that_differ(self, app: Application, at_form: Browser):
        fill(at_form, again="Another-One-9!")
        assert "The two passwords differ." in at_form.page.visible_text
        assert works(app, PASSWORDS[BOBS])

    def test_what_is_required(self, at_form: Browser):
        fill(at_form, "", "", **{"fields.terms": None})
        text = at_form.page.visible_text
        assert text.count("Fill in this field.") == 2
        assert "You must accept this to continue" in text

    def test_by_the_action_if_nothing_was_done(self, app: Application, at_form: Browser):
        """The button that jumps collects nothing and checks nothing."""
        at_form.submit("Not now", **{"fields.new_password": NEW})
        answer = callback(at_form)
        assert (answer["error"], answer["error_description"]) == ("access_denied", "There is no new password")
        assert works(app, PASSWORDS[BOBS])


class TestOtherWays:
    def test_silence_cannot_show_a_form(self, app: Application, at_form: Browser):
        at_form.get(app.authorize_url(prompt="none"))
        assert callback(at_form)["error"] == "interaction_required"

    def test_abandoned_it_is_asked_for_again(self, app: Application, at_form: Browser, deployer: Deployer):
        """The session is there already; the Action is not passed by it."""
        at_form.get(app.authorize_url())
        assert "Choose a new password" in at_form.page.visible_text
        assert [run["status"] for run in deployer.executions()] == ["suspended", "suspended"]
        fill(at_form)
        assert callback(at_form)["code"]

    def test_sent_twice(self, at_form: Browser):
        """By a double click: the second one comes to a sign-in that is over."""
        form = at_form.page
        fill(at_form)
        assert callback(at_form)["code"]
        at_form.page = form
        fill(at_form)
        assert at_form.page.url.startswith(EXPIRED)

    def test_sent_twice_at_the_same_time(self, app: Application, at_form: Browser):
        """One of them changes the password and gets the code."""
        form = at_form.page.forms[0]
        typed = {"fields.new_password": NEW, "fields.again": NEW, "fields.terms": "true"}
        url = urljoin(at_form.page.url, form.action)
        cookies = at_form.session.cookies.get_dict()

        def send(_number: int) -> str:
            data = form.filled("Save", typed)
            answer = requests.post(url, data=data, cookies=cookies, allow_redirects=False, timeout=10)
            return answer.headers.get("Location", str(answer.status_code))

        with ThreadPoolExecutor(4) as pool:
            places = list(pool.map(send, range(4)))
        assert len([place for place in places if "code=" in place]) == 1, places
        assert "500" not in places
        changes = [log for log in app.api("GET", "logs").json() if log["description"] == "Update a User"]
        assert len(changes) == 1

    def test_too_late(self, app: Application, at_form: Browser):
        app.tenant.advance(3_601)
        fill(at_form)
        assert at_form.page.url.startswith(EXPIRED)
        assert works(app, PASSWORDS[BOBS])

    def test_in_another_browser(self, app: Application, at_form: Browser):
        stranger = Browser(stop_at=SITE)
        stranger.page = at_form.page
        fill(stranger)
        assert stranger.page.url.startswith(EXPIRED)
        assert works(app, PASSWORDS[BOBS])

    def test_it_survives_a_reload(self, app: Application, at_form: Browser):
        at_form.get(at_form.page.url)
        fill(at_form)
        assert app.claims(callback(at_form))[CHANGED]


class TestNotKnownOfAuth0:
    """Each a switch of the plan, to try both."""

    def test_the_change_may_end_the_sign_in(self, app: Application, at_form: Browser):
        app.plan(login_in_progress_fails_after=["flow"])
        fill(at_form)
        assert at_form.page.url.startswith(EXPIRED)
        assert works(app, NEW)

    def test_the_flow_may_get_a_masked_password(self, app: Application, at_form: Browser):
        app.plan(form_passwords_shown_to=[])
        fill(at_form)
        assert "Password is too weak" in at_form.page.visible_text
        assert works(app, PASSWORDS[BOBS])

    def test_the_action_may_see_the_password(self, app: Application, at_form: Browser, deployer: Deployer):
        app.plan(form_passwords_shown_to=["flow", "action"])
        fill(at_form)
        assert json.loads(deployer.output())["fields"]["new_password"] == NEW

    @pytest.mark.parametrize("flush", [False, True])
    def test_metadata_may_be_written_before_the_form(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser, *, flush: bool
    ):
        app.plan(metadata_written_before_form=flush)
        deployer.run("api.user.setAppMetadata('seen', true)")
        designer.render(designer.new_password())
        app.send(browser, BOBS)
        assert app.tenant.user(BOBS)["app_metadata"].get("seen", False) is flush
        fill(browser)
        assert app.tenant.user(BOBS)["app_metadata"]["seen"] is True

    @pytest.mark.parametrize("ways", [["hosted", "patch"], ["flow"]])
    def test_what_the_change_leads_to(self, app: Application, at_form: Browser, deployer: Deployer, ways: list[str]):
        """The log and the Action after a change."""
        steer(app.tenant, "pushes", {"hold": True})
        app.plan(scp_after=ways, post_change_action_after=ways)
        deployer.run("console.log('changed')", trigger=CHANGED_TRIGGER)
        fill(at_form)
        steer(app.tenant, "deliver", {})
        followed = ways == ["flow"]
        assert ("scp" in [log["type"] for log in app.api("GET", "logs").json()]) is followed
        assert (deployer.output() == "changed\n") is followed


@pytest.mark.parametrize(
    ("vault", "words"),
    [
        ({"client_secret": "another"}, "Unauthorized"),
        ({"client_id": "demo-login-client", "client_secret": "local-only-login-secret"}, "client_credentials"),
    ],
)
def test_credentials_that_get_no_token(
    app: Application, designer: Designer, browser: Browser, vault: dict[str, str], words: str
):
    designer.render(designer.new_password(**vault))
    app.send(browser, BOBS)
    fill(browser)
    assert words in browser.page.visible_text
    assert works(app, PASSWORDS[BOBS])


@pytest.mark.parametrize(
    ("vault", "words"),
    [
        ({"domain": "elsewhere.example"}, "is not set up for this tenant"),
        ({"audience": "https://elsewhere.example/"}, "is not set up for this tenant"),
        ({"type": "OTHER"}, "is not set up for this tenant"),
    ],
)
def test_credentials_of_something_else(
    app: Application, designer: Designer, browser: Browser, vault: dict[str, str], words: str
):
    designer.render(designer.new_password(**vault))
    app.send(browser, BOBS)
    fill(browser)
    assert "Something went wrong" in browser.page.visible_text
    assert words in browser.page.visible_text


@pytest.mark.parametrize(
    ("client", "words"),
    [
        ("half-client", "You cannot update the following fields: password, connection"),
        ("reading-client", "Insufficient scope, expected any of: update:users,update:users_app_metadata"),
    ],
)
def test_scopes_of_the_credentials(app: Application, designer: Designer, browser: Browser, client: str, words: str):
    designer.render(designer.new_password(client_id=client))
    app.send(browser, BOBS)
    fill(browser)
    assert words in browser.page.visible_text
    assert works(app, PASSWORDS[BOBS])

"""Forms and the Actions around them; forms before a new password; what survives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Browser
from tests.support.tenant import LocalTenant
from tests.tenant.actions.deploying import CHALLENGE, Deployer
from tests.tenant.application import BOB, LOGIN, PASSWORDS, Application, callback, change_password
from tests.tenant.forms.conftest import SCOPES
from tests.tenant.forms.designing import Designer, button, field, step, text
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from pathlib import Path

PROMPT = "console.log(JSON.stringify(event.prompt))"
REALM = "http://auth0.com/oauth/grant-type/password-realm"


def simple(designer: Designer, word: str = "One") -> str:
    return designer.form(step("one", text(f"<h2>{word}</h2>"), field("it"), button("Go")))


class TestActions:
    def test_only_the_one_that_rendered_continues(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        deployer.run("console.log(1)", then="console.log('never')")
        deployer.run(f"console.log(2); api.prompt.render('{simple(designer)}')", then="console.log('back')")
        deployer.run("console.log(event.prompt === undefined)", then="console.log('never')")
        app.send(browser)
        assert deployer.executions()[0]["status"] == "suspended"
        browser.submit("Go", **{"fields.it": "x"})
        assert callback(browser)["code"]
        assert deployer.output() == "1\n2\nback\ntrue\n"
        assert deployer.executions()[0]["status"] == "final"

    def test_two_forms_in_two_actions(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        for word in ("First", "Second"):
            deployer.run(f"api.prompt.render('{simple(designer, word)}')", then=PROMPT)
        app.send(browser)
        for word in ("First", "Second"):
            assert word in browser.page.visible_text
            browser.submit("Go", **{"fields.it": word})
        assert callback(browser)["code"]
        seen = [json.loads(line)["fields"]["it"] for line in deployer.output().splitlines()]
        assert seen == ["First", "Second"]

    def test_a_form_and_then_a_redirect(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        then = "if (event.prompt) api.redirect.sendUserTo('http://localhost:8000/verify/'); else console.log('back')"
        deployer.run(f"api.prompt.render('{simple(designer)}')", then=then)
        app.send(browser)
        browser.submit("Go", **{"fields.it": "x"})
        state = browser.page.url.partition("state=")[2]
        browser.get(f"{app.tenant.base_url}/continue?state={state}")
        assert callback(browser)["code"]
        assert deployer.output() == "back\n"

    def test_a_refusal_comes_first(self, app: Application, deployer: Deployer, designer: Designer, browser: Browser):
        deployer.run(f"api.prompt.render('{simple(designer)}'); api.access.deny('No')")
        assert app.sign_in(browser)["error_description"] == "No"

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("api.prompt.render('ap_unknown')", "The form does not exist"),
            ("api.prompt.render('A new password')", "The form does not exist"),
            ("api.prompt.render()", "The form does not exist"),
            ("api.prompt.render('{form}'); api.prompt.render('{form}')", "only one form"),
            (
                "api.prompt.render('{form}'); api.redirect.sendUserTo('https://x.example')",
                "cannot redirect and render",
            ),
            ("api.prompt.render('{form}', {{ fields: {{ it: 'x'.repeat(25000) }} }})", "exceed 24 KB"),
        ],
    )
    def test_what_cannot_be_rendered(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser, code: str, words: str
    ):
        deployer.run(code.format(form=simple(designer)) if "{form}" in code else code)
        answer = app.sign_in(browser)
        assert (answer["error"], words in answer["error_description"]) == ("access_denied", True)

    def test_a_form_deleted_meanwhile(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        form = simple(designer)
        deployer.run(f"api.prompt.render('{form}')")
        app.send(browser)
        assert app.api("DELETE", f"forms/{form}").status_code == 204
        browser.submit("Go", **{"fields.it": "x"})
        assert "not there any more" in browser.page.visible_text

    def test_a_changed_form_is_in_force_at_once(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        form = simple(designer)
        deployer.run(f"api.prompt.render('{form}')")
        app.send(browser)
        nodes = [step("one", text("<h2>Renewed</h2>"), button("Go"))]
        assert app.api("PATCH", f"forms/{form}", json={"nodes": nodes}).status_code == 200
        browser.get(browser.page.url)
        assert "Renewed" in browser.page.visible_text

    def test_no_grant_can_show_one(self, app: Application, deployer: Deployer, designer: Designer):
        seed = seed_with_scopes(*SCOPES)
        seed["clients"][0]["grant_types"].append(REALM)
        app.tenant.seed(seed)
        again = Deployer(app)
        again.run(f"api.prompt.render('{simple(Designer(again))}')")
        reply = app.token(
            grant_type=REALM,
            client_id=LOGIN[0],
            client_secret=LOGIN[1],
            realm="Username-Password-Authentication",
            username="alice@example.com",
            password=PASSWORDS["alice@example.com"],
        )
        assert (reply.status_code, reply.json()["error"]) == (403, "access_denied")

    def test_whoever_signs_out_meanwhile_is_not_signed_in(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        deployer.run(f"api.prompt.render('{simple(designer)}')")
        app.send(browser)
        Browser(session=browser.session).get(f"{app.tenant.base_url}/v2/logout")
        browser.submit("Go", **{"fields.it": "x"})
        assert browser.page.status == 400

    def test_no_form_is_waiting(self, app: Application, browser: Browser):
        browser.get(app.authorize_url())
        browser.get(browser.page.url.replace("/u/login", "/u/form"))
        assert browser.page.status == 400


class TestBeforeANewPassword:
    def test_between_the_link_and_the_page(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        form = designer.form(step("one", text("<h2>{{context.user.email}}</h2>"), field("it"), button("Go")))
        deployer.run(f"api.prompt.render('{form}')", then=PROMPT, trigger=CHALLENGE)
        browser.get(app.ticket(BOB, client_id=LOGIN[0]))
        assert browser.page.url.split("?")[0].endswith("/u/reset-password/form")
        assert "bob@example.com" in browser.page.visible_text
        browser.submit("Go", **{"fields.it": "x"})
        assert json.loads(deployer.output()) == {"id": form, "fields": {"it": "x"}, "vars": {}}
        browser.submit("Reset password", newPassword="Brand-New-Start-7!", confirmNewPassword="Brand-New-Start-7!")
        assert browser.page.h1 == "Password changed"

    def test_not_by_another_browser(self, app: Application, deployer: Deployer, designer: Designer, browser: Browser):
        deployer.run(f"api.prompt.render('{simple(designer)}')", trigger=CHALLENGE)
        ticket = app.ticket(BOB, client_id=LOGIN[0])
        browser.get(ticket)
        stranger = Browser()
        stranger.get(browser.page.url)
        assert stranger.page.status == 400

    def test_links_without_a_client_show_none(
        self, app: Application, deployer: Deployer, designer: Designer, browser: Browser
    ):
        deployer.run(f"api.prompt.render('{simple(designer)}')", trigger=CHALLENGE)
        change_password(browser, app.ticket(BOB), "Brand-New-Start-7!")
        assert browser.page.h1 == "Password changed"


def test_it_survives_a_restart_of_the_tenant(browser: Browser, tmp_path: Path):
    state = tmp_path / "state.json"
    with LocalTenant.start(seed_with_scopes(*SCOPES), state=state) as tenant:
        site, port = Application(tenant), tenant.port
        deployer = Deployer(site)
        deployer.run(f"api.prompt.render('{simple(Designer(deployer))}')", then=PROMPT)
        site.send(browser)
    with LocalTenant.start(state=state, port=port) as tenant:
        browser.submit("Go", **{"fields.it": "kept"})
        assert callback(browser)["code"]
        assert json.loads(Deployer(Application(tenant)).output())["fields"] == {"it": "kept"}

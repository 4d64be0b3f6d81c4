"""What post-login Actions see and bring about, one semantic after the other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests

from tests.tenant.application import ALICE, BOB, CAROL, DATABASE, LOGIN, PASSWORDS, RIVERSIDE, callback

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.application import Application

CLAIM = "https://northwind.example/claim"


def seen(deployer: Deployer, app: Application, browser: Browser, what: str, **params: Any) -> Any:
    """One expression of the event, as Alice's sign-in shows it."""
    deployer.run(f"api.idToken.setCustomClaim('{CLAIM}', {what} ?? 'absent')")
    return app.claims(app.sign_in(browser, **params))[CLAIM]


class TestTheEvent:
    def test_user(self, deployer: Deployer, app: Application, browser: Browser):
        user = seen(deployer, app, browser, "event.user")
        assert (user["user_id"], user["email"], user["app_metadata"]) == (ALICE, "alice@example.com", {})
        assert user["last_password_reset"] == "2026-03-14T09:26:53.589Z"
        assert user["identities"][0].keys() == {"connection", "provider", "user_id", "isSocial"}
        assert user["enrolledFactors"] == []
        assert "password" not in json.dumps(user).replace("last_password_reset", "").replace("-Password-", "")

    def test_transaction_is_what_the_application_asked_for(
        self, deployer: Deployer, app: Application, browser: Browser
    ):
        told = seen(deployer, app, browser, "event.transaction", scope="openid update:password", prompt="login")
        assert told["requested_scopes"] == ["openid", "update:password"]
        assert (told["protocol"], told["prompt"], told["state"]) == ("oidc-basic-profile", ["login"], "opaque-state")
        assert "acr_values" not in told

    def test_request_is_that_of_authorize(self, deployer: Deployer, app: Application, browser: Browser):
        told = seen(deployer, app, browser, "event.request", max_age="0", **{"ext-theme": "dark"})
        assert (told["query"]["max_age"], told["query"]["ext-theme"]) == ("0", "dark")
        assert told["hostname"] == app.tenant.domain
        assert PASSWORDS["alice@example.com"] not in json.dumps(told)

    def test_client_connection_and_tenant(self, deployer: Deployer, app: Application, browser: Browser):
        told = seen(deployer, app, browser, "[event.client, event.connection, event.tenant.id, event.organization]")
        assert told[0] == {"client_id": LOGIN[0], "name": "Northwind Library", "metadata": {}}
        assert (told[1]["name"], told[1]["strategy"], told[2:]) == (DATABASE, "auth0", ["local-tenant", None])

    def test_organization(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run(f"api.idToken.setCustomClaim('{CLAIM}', event.organization)")
        told = app.claims(app.sign_in(browser, organization=RIVERSIDE))[CLAIM]
        assert (told["id"], told["metadata"]) == (RIVERSIDE, {})

    def test_it_cannot_be_written_to(self, deployer: Deployer, app: Application, browser: Browser):
        assert seen(deployer, app, browser, "(event.user.email = 'x', event.user.email)") == "alice@example.com"

    def test_no_state_of_the_tenants_own_is_in_it(self, deployer: Deployer, app: Application, browser: Browser):
        """Who has it could answer for the user."""
        browser.get(app.authorize_url())
        _, _, own = browser.page.url.partition("state=")
        deployer.run("console.log(event.request.query.state, event.transaction.state)")
        browser.submit("Continue", username="alice@example.com", password=PASSWORDS["alice@example.com"])
        assert deployer.output() == "opaque-state opaque-state\n"
        assert own

    def test_date_follows_the_tenants_clock(self, deployer: Deployer, app: Application, browser: Browser):
        app.tenant.advance(86_400)
        age = "Math.abs(Date.now() - Date.parse(event.authentication.methods[0].timestamp)) < 60000"
        assert seen(deployer, app, browser, age) is True


class TestMethods:
    """event.authentication.methods belong to the session."""

    @pytest.fixture(autouse=True)
    def action(self, deployer: Deployer) -> None:
        deployer.run(f"api.idToken.setCustomClaim('{CLAIM}', event.authentication.methods)")

    def test_a_silent_sign_in_shows_the_old_password(self, app: Application, browser: Browser):
        first = app.claims(app.sign_in(browser))[CLAIM]
        app.tenant.advance(600)
        browser.get(app.authorize_url(prompt="none"))
        assert app.claims(callback(browser))[CLAIM] == first
        assert [item["name"] for item in first] == ["pwd"]

    @pytest.mark.parametrize(("renews", "entries"), [(False, 2), (True, 1)])
    def test_signing_in_again(self, app: Application, browser: Browser, renews: bool, entries: int):
        """Not known of Auth0: an entry more, or a newer one."""
        app.plan(relogin_renews_method=renews)
        first = app.claims(app.sign_in(browser))[CLAIM]
        app.tenant.advance(600)
        again = app.claims(app.sign_in(browser, prompt="login"))[CLAIM]
        assert len(again) == entries
        assert again[-1]["timestamp"] > first[0]["timestamp"]

    def test_google_is_federated(self, app: Application, browser: Browser):
        browser.get(app.authorize_url(connection="google-oauth2"))
        browser.submit("Carol Singh carol@example.com")
        assert [item["name"] for item in app.claims(callback(browser))[CLAIM]] == ["federated"]


class TestLoginsCount:
    @pytest.fixture(autouse=True)
    def action(self, deployer: Deployer) -> None:
        deployer.run(f"api.idToken.setCustomClaim('{CLAIM}', event.stats.logins_count)")

    def test_it_is_raised_before_the_actions_run(self, app: Application, browser: Browser):
        assert app.claims(app.sign_in(browser))[CLAIM] == 1
        assert app.claims(app.sign_in(browser, prompt="login"))[CLAIM] == 2

    def test_an_existing_session_does_not_raise_it(self, app: Application, browser: Browser):
        app.sign_in(browser)
        for params in ({"prompt": "none"}, {}):
            browser.get(app.authorize_url(**params))
            assert app.claims(callback(browser))[CLAIM] == 1

    def test_a_denied_login_counts(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.access.deny('no')")
        app.sign_in(browser)
        assert app.tenant.user("alice@example.com")["logins_count"] == 1


class TestClaims:
    def test_in_both_tokens(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run(f"api.idToken.setCustomClaim('{CLAIM}', {{a: [1]}}).idToken.setCustomClaim('tier', 'gold')")
        claims = app.claims(app.sign_in(browser))
        assert (claims[CLAIM], claims["tier"]) == ({"a": [1]}, "gold")

    @pytest.mark.parametrize("name", ["sid", "sub", "roles", "nonce", "https://my.auth0.com/x", "urn:auth0:x"])
    def test_what_collides_is_left_out_without_a_word(
        self, deployer: Deployer, app: Application, browser: Browser, name: str
    ):
        deployer.run(f"api.idToken.setCustomClaim('{name}', 'forged'); api.idToken.setCustomClaim('{CLAIM}', 1)")
        claims = app.claims(app.sign_in(browser))
        assert claims.get(name) != "forged"
        assert claims[CLAIM] == 1

    def test_scopes(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.accessToken.addScope('read:books').accessToken.removeScope('profile')")
        answer = app.exchange(app.sign_in(browser)["code"]).json()
        assert answer["scope"].split() == ["openid", "email", "read:books"]


class TestMetadata:
    def metadata(self, app: Application, email: str = "alice@example.com") -> Any:
        return app.tenant.user(email).get("app_metadata", {})

    def test_it_is_written_once_at_the_end(self, deployer: Deployer, app: Application, browser: Browser):
        """Not visible to a later Action of the same run."""
        deployer.run("api.user.setAppMetadata('a', 1); api.user.setUserMetadata('b', {c: 2})")
        deployer.run("console.log(JSON.stringify(event.user.app_metadata)); api.user.setAppMetadata('d', 3)")
        app.sign_in(browser)
        assert deployer.output() == "{}\n"
        assert self.metadata(app) == {"a": 1, "d": 3}
        assert app.tenant.user("alice@example.com")["user_metadata"] == {"b": {"c": 2}}

    def test_null_takes_a_key_away_and_others_stay(self, deployer: Deployer, app: Application, browser: Browser):
        app.api("PATCH", f"users/{ALICE}", json={"app_metadata": {"gone": 1, "kept": {"a": 1}}})
        deployer.run("api.user.setAppMetadata('gone', null)")
        app.sign_in(browser)
        assert self.metadata(app) == {"kept": {"a": 1}}

    def test_a_refusal_keeps_it(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.user.setAppMetadata('a', 1)")
        deployer.run("api.user.setAppMetadata('b', 1); api.access.deny('no')")
        assert app.sign_in(browser)["error"] == "access_denied"
        assert self.metadata(app) == {"a": 1, "b": 1}

    def test_an_error_loses_what_its_action_set(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.user.setAppMetadata('b', 1); throw new Error('broken')")
        app.sign_in(browser)
        assert self.metadata(app) == {}

    def test_after_the_redirect_it_is_there(self, deployer: Deployer, app: Application, browser: Browser):
        """Written before the browser leaves, whether or not it comes back."""
        deployer.run("api.user.setAppMetadata('a', 1)")
        deployer.run("api.redirect.sendUserTo('http://localhost:8000/verify')")
        app.send(browser)
        assert self.metadata(app) == {"a": 1}


class TestRefusal:
    """``access.deny`` leaves the SSO session, and its words reach the callback."""

    def test_the_words_reach_the_callback_verbatim(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.access.deny('Nein & aber <b>„doch“</b>')")
        answer = app.sign_in(browser)
        assert (answer["error"], answer["error_description"]) == ("access_denied", "Nein & aber <b>„doch“</b>")
        assert answer["state"] == "opaque-state"

    def test_the_session_stays(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("if (event.stats.logins_count === 1 && !event.transaction.prompt) api.access.deny('no')")
        assert app.sign_in(browser)["error"] == "access_denied"
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["code"]

    def test_later_actions_do_not_run(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.access.deny('first')")
        deployer.run("api.access.deny('second'); api.user.setAppMetadata('ran', true)")
        assert app.sign_in(browser)["error_description"] == "first"
        assert "app_metadata" not in app.tenant.user("alice@example.com")

    def test_an_error_is_a_refusal_with_its_message(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("throw new Error('the shelf is empty')")
        answer = app.sign_in(browser)
        assert (answer["error"], answer["error_description"]) == ("access_denied", "the shelf is empty")

    def test_code_that_cannot_be_read_is_built_and_fails_when_it_runs(
        self, deployer: Deployer, app: Application, browser: Browser
    ):
        deployer.deploy('exports.onExecutePostLogin = async () => {};"\n')
        assert app.sign_in(browser)["error"] == "access_denied"

    def test_silence_runs_them_too(self, deployer: Deployer, app: Application, browser: Browser):
        app.sign_in(browser)
        deployer.run("if (!api.redirect.canRedirect()) api.access.deny('password_reset_required')")
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["error_description"] == "password_reset_required"
        browser.get(app.authorize_url())
        assert callback(browser)["code"]

    def test_revoking_the_session_denies_and_ends_it(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.session.revoke('stolen')")
        assert app.sign_in(browser)["error_description"] == "stolen"
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["error"] == "login_required"

    @pytest.mark.parametrize(
        ("call", "words"),
        [
            ("api.session.setExpiresAt(0)", "api.session.setExpiresAt is not played by the local tenant"),
            ("api.authentication.enrollWith({ type: 'otp' })", "is not played by the local tenant"),
            ("api.prompt.render('ap_x')", "The form does not exist"),
        ],
    )
    def test_what_is_not_played_says_so(
        self, deployer: Deployer, app: Application, browser: Browser, call: str, words: str
    ):
        deployer.run(call)
        assert words in app.sign_in(browser)["error_description"]


def test_in_the_order_of_the_list(deployer: Deployer, app: Application, browser: Browser):
    for word in ("a", "b", "c"):
        deployer.run(f"console.log('{word}')")
    deployer.bind("post-login 3", "post-login 1", "post-login 2")
    app.sign_in(browser)
    assert deployer.output() == "c\na\nb\n"


def test_transaction_metadata_is_live(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("api.transaction.setMetadata('k', 7); console.log(event.transaction.metadata.k)")
    deployer.run("console.log(event.transaction.metadata.k)")
    app.sign_in(browser)
    assert deployer.output() == "7\n7\n"


def test_primary_user_must_have_the_identity(deployer: Deployer, app: Application, browser: Browser):
    deployer.run(f"api.authentication.setPrimaryUser('{BOB}')")
    assert app.sign_in(browser)["error"] == "access_denied"


def test_a_linking_action_changes_the_subject(deployer: Deployer, app: Application, browser: Browser):
    """Carol's Google identity becomes a secondary one of Alice's while she signs in."""
    url = f"{app.tenant.base_url}/api/v2/users/{quote(ALICE)}/identities"
    provider, _, bare_id = CAROL.partition("|")
    deployer.run(
        f"""
        if (event.user.user_id !== '{CAROL}') return;
        const answer = await fetch('{url}', {{
          method: 'POST',
          headers: {{ authorization: `Bearer ${{event.secrets.TOKEN}}`, 'content-type': 'application/json' }},
          body: JSON.stringify({{ provider: '{provider}', user_id: '{bare_id}' }}),
        }});
        if (answer.status !== 201) return api.access.deny(await answer.text());
        api.user.setAppMetadata('lost', true);
        api.authentication.setPrimaryUser('{ALICE}');
        """,
        TOKEN=app.management_token,
    )
    browser.get(app.authorize_url(connection="google-oauth2"))
    browser.submit("Carol Singh carol@example.com")
    assert app.claims(callback(browser))["sub"] == ALICE
    assert "app_metadata" not in app.tenant.user("alice@example.com")
    browser.get(app.authorize_url(prompt="none"))
    assert app.claims(callback(browser))["sub"] == ALICE


def test_fetch_is_real(deployer: Deployer, app: Application, browser: Browser):
    """An Action calls out while its sign-in waits: nothing else does."""
    url = f"{app.tenant.base_url}/.well-known/jwks.json"
    deployer.run(f"const a = await fetch('{url}'); console.log(a.status, (await a.json()).keys.length)")
    app.sign_in(browser)
    assert deployer.output() == "200 1\n"


def test_built_in_modules_but_no_packages(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("console.log(require('node:crypto').createHash('sha256').update('a').digest('hex').slice(0, 4))")
    app.sign_in(browser)
    assert deployer.output() == "ca97\n"
    deployer.run("require('axios')")
    assert "Cannot find module 'axios'" in app.sign_in(browser, prompt="login")["error_description"]


def test_nothing_is_written_to_the_disk(deployer: Deployer, app: Application, browser: Browser, tmp_path):
    deployer.run(f"require('fs').writeFileSync({json.dumps(str(tmp_path / 'x'))}, '')")
    assert app.sign_in(browser)["error"] == "access_denied"
    assert not (tmp_path / "x").exists()


def test_module_level_code_runs_once(deployer: Deployer, app: Application, browser: Browser):
    deployer.deploy("let n = 0; exports.onExecutePostLogin = async () => { console.log(++n); };")
    for count in (1, 2):
        app.sign_in(browser, prompt="login")
        assert deployer.output() == f"{count}\n"


def test_without_a_binding_nothing_runs(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("api.access.deny('no')")
    deployer.bind()
    assert app.sign_in(browser)["code"]
    assert deployer.executions() == []


class TestGrants:
    """The token endpoint cannot redirect, and answers with JSON."""

    def grant(self, app: Application, **params: Any) -> requests.Response:
        return app.token(
            grant_type="http://auth0.com/oauth/grant-type/password-realm",
            realm=DATABASE,
            client_id=LOGIN[0],
            client_secret=LOGIN[1],
            username="alice@example.com",
            password=PASSWORDS["alice@example.com"],
            **{"scope": "openid", **params},
        )

    def test_the_password_grant_runs_them_and_counts(self, deployer: Deployer, app: Application):
        deployer.run(f"""
            const protocol = event.transaction.protocol;
            api.idToken.setCustomClaim('{CLAIM}', [protocol, event.stats.logins_count, api.redirect.canRedirect()]);
            console.log(event.request.body.password, event.request.body.client_secret);
        """)
        claims = app.verified(self.grant(app).json()["id_token"])
        assert claims[CLAIM] == ["oauth2-password", 1, False]
        assert deployer.output() == "undefined undefined\n"

    def test_a_refusal_is_told_from_a_wrong_password(self, deployer: Deployer, app: Application):
        deployer.run("api.access.deny('not today')")
        answer = self.grant(app)
        assert (answer.status_code, answer.json()) == (
            403,
            {"error": "access_denied", "error_description": "not today"},
        )

    def test_it_cannot_redirect(self, deployer: Deployer, app: Application):
        deployer.run("api.redirect.sendUserTo('http://localhost:8000/')")
        assert self.grant(app).json()["error"] == "access_denied"

    def test_a_refresh_runs_them_and_does_not_count(self, deployer: Deployer, app: Application):
        deployer.run(f"""
            api.idToken.setCustomClaim('{CLAIM}', [event.transaction.protocol, event.stats.logins_count]);
        """)
        token = self.grant(app, scope="openid offline_access").json()["refresh_token"]
        sent = {"client_id": LOGIN[0], "client_secret": LOGIN[1], "refresh_token": token}
        answer = app.token(grant_type="refresh_token", **sent).json()
        assert app.verified(answer["id_token"])[CLAIM] == ["oauth2-refresh-token", 1]

"""POST /dbconnections/change_password: one answer for everybody, a mail for some."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from auth0.authentication import Database
from auth0.authentication.exceptions import RateLimitError

from tests.support.tenant import demo_seed
from tests.tenant.application import ALICE, BOB, DATABASE, LOGIN, SITE, Application, change_password
from tests.tenant.steering import seed_with_scopes, steer

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

GOOD = "Brand-New-Start-7!"
SENT = "We've just sent you an email to reset your password."


def ask(tenant: LocalTenant, *, form: bool = False, **fields: Any) -> requests.Response:
    body = {"client_id": LOGIN[0], "email": "bob@example.com", "connection": DATABASE, **fields}
    url = f"{tenant.base_url}/dbconnections/change_password"
    return requests.post(url, timeout=5, **{"data" if form else "json": body})


@pytest.mark.parametrize("form", [False, True])
def test_bob_gets_a_link(app: Application, browser: Browser, tenant: LocalTenant, form: bool):
    reply = ask(tenant, form=form)
    assert (reply.status_code, reply.text) == (200, SENT)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    (mail,) = tenant.mails()
    assert mail["to"] == "bob@example.com"
    assert "for Northwind Library" in mail["text"]
    change_password(browser, mail["links"][0], GOOD)
    browser.click("Back to Northwind Library")
    assert tenant.user("bob@example.com")["last_password_reset"]


@pytest.mark.parametrize("email", ["nobody@example.com", "carol@example.com", "@"])
def test_nobody_learns_who_has_an_account(tenant: LocalTenant, email: str):
    known, unknown = ask(tenant), ask(tenant, email=email)
    assert (unknown.status_code, unknown.text) == (known.status_code, known.text)
    assert unknown.headers.keys() == known.headers.keys()
    assert [mail["to"] for mail in tenant.mails()] == ["bob@example.com"]


def test_the_address_may_be_typed_in_any_case(tenant: LocalTenant):
    ask(tenant, email=" Bob@Example.COM ")
    assert [mail["to"] for mail in tenant.mails()] == ["bob@example.com"]


def test_auth0s_own_library(tenant: LocalTenant):
    database = Database(tenant.domain, LOGIN[0], protocol="http")
    assert database.change_password("bob@example.com", DATABASE) == SENT
    for _ in range(9):
        database.change_password("bob@example.com", DATABASE)
    with pytest.raises(RateLimitError) as refused:
        database.change_password("bob@example.com", DATABASE)
    assert refused.value.reset_at > 0


def test_frank_gets_it_at_the_address_of_his_linked_identity(browser: Browser, tenant: LocalTenant):
    ask(tenant, email="frank@example.com")
    assert tenant.mails() == []
    ask(tenant, email="frank.adeyemi@example.org")
    (mail,) = tenant.mails()
    assert mail["to"] == "frank.adeyemi@example.org"
    change_password(browser, mail["links"][0], GOOD)
    assert tenant.user("frank@example.com")["last_password_reset"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (
            {"client_id": None},
            {"error": "invalid_request", "error_description": "Missing required property: client_id"},
        ),
        ({"email": None}, {"error": "invalid_request", "error_description": "Missing required property: email"}),
        (
            {"connection": ""},
            {"error": "invalid_request", "error_description": "Missing required property: connection"},
        ),
        ({"client_id": "nobody"}, {"error": "invalid_request", "error_description": "Unknown client: nobody"}),
        ({"connection": "nothing"}, {"error": "connection not found"}),
        ({"connection": "google-oauth2"}, {"error": "connection not found"}),
        ({"password": GOOD}, {"error": "password is not allowed"}),
        (
            {"organization": "org_none"},
            {"error": "invalid_request", "error_description": "parameter organization is invalid: org_none"},
        ),
    ],
)
def test_what_is_refused(tenant: LocalTenant, fields: dict[str, Any], error: dict[str, str]):
    reply = ask(tenant, **fields)
    assert (reply.status_code, reply.json()) == (400, error)
    assert tenant.mails() == []


def test_a_client_that_the_connection_is_not_enabled_for(tenant: LocalTenant):
    seed = demo_seed(SITE)
    seed["connections"][0]["enabled_clients"] = ["demo-management-client"]
    tenant.seed(seed)
    reply = ask(tenant)
    assert (reply.status_code, reply.json()["error_description"]) == (400, "the connection was disabled")
    assert ask(tenant, client_id="demo-management-client").text == SENT
    (database,) = Application(tenant).api("GET", "connections?strategy=auth0").json()
    assert database["enabled_clients"] == ["demo-management-client"]


@pytest.mark.parametrize(("refuses", "status"), [(False, 200), (True, 400)])
def test_self_service_off_hides_a_link_and_may_refuse_more(tenant: LocalTenant, refuses: bool, status: int):
    tenant.seed(seed_with_scopes(disable_self_service_change_password=True))
    Application(tenant).plan(disabled_self_service_refuses_api=refuses)
    assert ask(tenant).status_code == status
    assert len(tenant.mails()) == (status == 200)


def test_bot_detection_sends_people_to_the_hosted_page(app: Application, browser: Browser, tenant: LocalTenant):
    Application(tenant).plan(challenge_password_reset_policy="always")
    for email in ("bob@example.com", "nobody@example.com"):
        reply = ask(tenant, email=email)
        assert (reply.status_code, reply.json()["error"]) == (401, "requires_verification")
    assert tenant.mails() == []
    browser.get(app.authorize_url())
    browser.click("Forgot password?")
    browser.submit("Continue", email="bob@example.com")
    assert len(tenant.mails()) == 1


class TestBucket:
    """Ten at once, then one a minute: for one caller and one address."""

    def test_the_eleventh(self, tenant: LocalTenant):
        left = [int(ask(tenant).headers["x-ratelimit-remaining"]) for _ in range(10)]
        assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
        refused = ask(tenant)
        assert (refused.status_code, refused.json()["error"]) == (429, "too_many_requests")
        assert refused.headers["x-ratelimit-limit"] == "10"
        assert "Retry-After" not in refused.headers
        assert len(tenant.mails()) == 10
        assert ask(tenant, email=" BOB@example.com").status_code == 429
        assert ask(tenant, email="alice@example.com").status_code == 200

    def test_unknown_addresses_run_out_alike(self, tenant: LocalTenant):
        codes = [ask(tenant, email="nobody@example.com").status_code for _ in range(11)]
        assert codes == [200] * 10 + [429]

    def test_reset_names_the_moment_one_more_is_let_through(self, tenant: LocalTenant):
        for _ in range(10):
            last = ask(tenant)
        reset = int(last.headers["x-ratelimit-reset"])
        wait = reset - datetime.fromisoformat(tenant.health()["now"]).timestamp()
        assert 30 < wait <= 61
        tenant.advance(wait - 20)
        assert ask(tenant).status_code == 429
        tenant.advance(20)
        assert [ask(tenant).status_code for _ in range(2)] == [200, 429]

    def test_the_hosted_page_has_the_same_bucket_for_people(
        self, app: Application, browser: Browser, tenant: LocalTenant
    ):
        steer(tenant, "rate_limits", {"change_password": {"burst": 1, "per_minute": 1}})
        ask(tenant)
        browser.get(app.authorize_url())
        browser.click("Forgot password?")
        browser.submit("Continue", email="bob@example.com")
        assert browser.page.h1 == "Check your email"
        browser.submit("Resend email")
        assert browser.page.status == 429
        assert "Wait a minute" in browser.page.visible_text
        assert len(tenant.mails()) == 2


def test_every_newer_link_voids_the_older_ones(app: Application, browser: Browser, tenant: LocalTenant):
    alices = app.ticket(ALICE)
    links = [app.ticket(BOB)]
    ask(tenant)
    links.append(tenant.mails()[0]["links"][0])
    browser.get(app.authorize_url())
    browser.click("Forgot password?")
    browser.submit("Continue", email="bob@example.com")
    links.append(tenant.mails()[0]["links"][0])
    links.append(app.ticket(BOB))
    ask(tenant, email="nobody@example.com")
    assert [browser.get(link).h1 for link in links] == ["Link expired"] * 3 + ["Change your password"]
    assert browser.get(alices).h1 == "Change your password"


@pytest.mark.parametrize("verifies", [True, False])
def test_whether_a_mail_proves_the_mailbox_can_be_chosen(browser: Browser, tenant: LocalTenant, verifies: bool):
    seed = demo_seed(SITE)
    seed["users"][0]["email_verified"] = False
    tenant.seed(seed)
    Application(tenant).plan(change_mail_verifies_email=verifies)
    ask(tenant)
    change_password(browser, tenant.mails()[0]["links"][0], GOOD)
    assert tenant.user("bob@example.com")["email_verified"] is verifies


class TestByCode:
    """Auth0's template reset_email_by_code: a link, and a code for the page behind it."""

    @pytest.fixture(autouse=True)
    def otp(self, tenant: LocalTenant) -> None:
        tenant.seed(seed_with_scopes(attributes={"email": {"verification_method": "otp"}}))

    def test_the_page_wants_the_code_too(self, browser: Browser, tenant: LocalTenant):
        ask(tenant)
        (mail,) = tenant.mails()
        code = mail["text"].split("Your code: ")[1][:6]
        browser.get(mail["links"][0])
        for wrong in ("", "000000" if code != "000000" else "111111", "ü"):
            browser.submit("Reset password", code=wrong, newPassword=GOOD, confirmNewPassword=GOOD)
            assert browser.page.status == 400
            assert "not the one from the message" in browser.page.visible_text
        browser.submit("Reset password", code=f" {code} ", newPassword="short", confirmNewPassword="short")
        assert "too weak" in browser.page.visible_text
        browser.submit("Reset password", newPassword=GOOD, confirmNewPassword=GOOD)
        assert browser.page.h1 == "Password changed"

    def test_a_ticket_of_the_management_api_wants_none(self, app: Application, browser: Browser, tenant: LocalTenant):
        tenant.seed(seed_with_scopes("create:user_tickets", attributes={"email": {"verification_method": "otp"}}))
        change_password(browser, app.ticket(), GOOD)
        assert browser.page.h1 == "Password changed"


def test_only_post(tenant: LocalTenant):
    assert requests.get(f"{tenant.base_url}/dbconnections/change_password", timeout=5).status_code == 405

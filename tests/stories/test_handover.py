"""C4a: the tenant's Action hands over whoever has just signed in there to choose a new password. It is the one that
ships, deployed as `auth0_deploy` does."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pyotp
import pytest
from django.contrib.sessions.models import Session
from social_django.models import UserSocialAuth

from auth0_password.services import require_reset
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    DAVE,
    DAVES,
    ERIN,
    ERINS,
    NEW,
    TEMPORARY,
    TICKETS,
    choose,
    count,
    is_password_of,
    sign_in,
    type_password,
)
from tests.support.browser import Browser
from tests.support.tenant import demo_seed
from tests.tenant.actions.conftest import SCOPES
from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import MANAGEMENT, Application

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

pytestmark = pytest.mark.story
HANDED_OVER, FORM, STALE = "Choose the new password", "Change your password", "This sign-in cannot be continued"
NOT_ASKED = "You were not asked for your password again"


@pytest.fixture(autouse=True)
def action(deployed):
    deployed()


@pytest.fixture
def alice(site, browser) -> Browser:
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    return browser


def ask(browser: Browser) -> str:
    """From the account page as far as the tenant; the address at which it was asked."""
    browser.stop_at = "http://127.0.0.1"
    browser.submit("Change password")
    browser.stop_at = None
    return browser.page.url


def without(url: str, **changes: str | None) -> str:
    """An address as somebody changes it in the browser."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    kept = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()


def handed_over(browser: Browser, email: str = ALICE, password: str = ALICES) -> str:
    """As far as the site's page; its address, with the token in it."""
    browser.get(ask(browser))
    type_password(browser, email, password)
    assert browser.page.h1 == HANDED_OVER
    return browser.page.url


@pytest.fixture
def unchanged(tenant, site):
    """Afterwards everything is as it was: no link was made, and the old password works."""
    yield
    assert count(tenant, TICKETS) == 0
    assert is_password_of(site, ALICE, ALICES)


class TestTheWholeWay:
    def test_alice(self, site, tenant, alice):
        other = Browser()
        sign_in(other, f"{site}/loans/", ALICE, ALICES)
        handed_over(alice)
        alice.submit("Go on")
        assert alice.page.h1 == FORM
        choose(alice, NEW)
        alice.click("Back to Northwind Library")
        type_password(alice, ALICE, NEW)
        assert (alice.page.h1, alice.page.url) == ("Your account", f"{site}/account/")
        assert (count(tenant, TICKETS), tenant.mails()) == (1, [])
        assert not is_password_of(site, ALICE, ALICES)
        other.get(f"{site}/loans/")
        assert other.page.h1 == "Sign in again"

    def test_no_code_is_issued_and_the_sign_in_ends_there(self, tenant, alice):
        tokens = count(tenant, "/oauth/token")
        handed_over(alice)
        alice.submit("Go on")
        assert count(tenant, "/oauth/token") - tokens <= 1  # the site's own, for the Management API

    def test_erin_whose_password_is_one_of_two_ways_in(self, site, tenant, browser):
        """Nobody is handed over who came by the other one."""
        sign_in(browser, f"{site}/account/", ERIN, ERINS)
        handed_over(browser, ERIN, ERINS)
        browser.submit("Go on")
        choose(browser, NEW)
        browser.click("Back to Northwind Library")
        type_password(browser, ERIN, NEW)
        assert browser.page.h1 == "Your account"

    def test_where_the_hosted_page_has_no_way_back(self, tenant, alice, configure):
        configure(LOGIN_ROUTE=False)
        handed_over(alice)
        alice.submit("Go on")
        assert alice.page.url.endswith("/account/waiting/")
        tab = Browser(session=alice.session, page=alice.page)
        tab.submit("Open the page")
        choose(tab, NEW)
        alice.submit("I have changed it: check now")
        alice.submit("Sign in")
        type_password(alice, ALICE, NEW)
        assert alice.page.h1 == "Your account"


class TestAfterABreach:
    """The old password proves nothing; with a second factor that was in use before, Dave may choose."""

    @pytest.fixture
    def dave(self, site, tenant, browser, later, django_user_model) -> Browser:
        tenant.plan(mfa_at_login=True)
        sign_in(browser, f"{site}/account/", DAVE, DAVES)
        give_code(tenant, browser)
        tenant.plan(mfa_at_login=False)
        require_reset(django_user_model.objects.get(email=DAVE), reason="breach")
        later(minutes=6)
        browser.get(f"{site}/account/required/")
        return browser

    def test_with_it(self, tenant, dave):
        """This tenant asks for it when it is told to, as after a breach."""
        dave.get(ask(dave))
        type_password(dave, DAVE, DAVES)
        give_code(tenant, dave)
        assert dave.page.h1 == HANDED_OVER
        dave.submit("Go on")
        give_code(tenant, dave)  # the other Action asks whoever has one, before each new password
        assert dave.page.h1 == FORM

    def test_with_one_from_before(self, tenant, dave):
        """At his screen, with the leaked password: his session at the tenant remembers a factor of six minutes ago."""
        dave.get(without(ask(dave), acr_values=None))
        type_password(dave, DAVE, DAVES)
        dave.submit("Go on")
        assert (dave.page.h1, dave.page.status) == ("This needs a link by e-mail", 403)

    def test_without_it(self, site, tenant, dave):
        """In a browser of their own, somebody has only the password."""
        mallory = Browser()
        begin(mallory, site)
        type_password(mallory, DAVE, DAVES)
        mallory.submit("Go on")
        assert (mallory.page.h1, mallory.page.status) == ("This needs a link by e-mail", 403)
        assert count(tenant, TICKETS) == 0


def test_a_breach_of_somebody_who_has_not_signed_in_since_the_package_is_here(site, tenant, django_user_model):
    """The tenant has no copy of Alice's flag: the site does not know her subject yet, but which user it belongs to."""
    alice = django_user_model.objects.create_user("alice")
    UserSocialAuth.objects.create(user=alice, provider="auth0", uid=tenant.user(ALICE)["user_id"])
    require_reset(alice, reason="breach")
    mallory = Browser()
    begin(mallory, site)
    type_password(mallory, ALICE, ALICES)
    mallory.submit("Go on")
    assert (mallory.page.h1, mallory.page.status) == ("This needs a link by e-mail", 403)
    assert count(tenant, TICKETS) == 0


def give_code(tenant: LocalTenant, browser: Browser) -> None:
    assert browser.page.h1 == "Verify your identity"
    secret = next(user["mfa"]["otp_secret"] for user in demo_seed()["users"] if user["email"] == DAVE)
    now = datetime.fromisoformat(tenant.health()["now"]).timestamp()
    browser.submit("Continue", code=pyotp.TOTP(secret).at(int(now)))


def begin(browser: Browser, site: str) -> None:
    """As somebody who is not signed in, from the page that says what to do."""
    browser.get(f"{site}/account/instructions/?next=/loans/")
    browser.submit("Choose a new password")


class TestSignedInNowhere:
    """Not even flagged: the page is open to everybody."""

    def test_alice(self, site, tenant, browser):
        begin(browser, site)
        type_password(browser, ALICE, ALICES)
        assert browser.page.h1 == HANDED_OVER
        browser.submit("Go on")
        choose(browser, NEW)
        browser.click("Back to Northwind Library")
        type_password(browser, ALICE, NEW)
        assert (browser.page.h1, browser.page.url) == ("My loans", f"{site}/loans/")

    def test_whoever_was_never_here(self, site, tenant, browser, django_user_model):
        begin(browser, site)
        type_password(browser, BOB, TEMPORARY)
        browser.submit("Go on")
        assert browser.page.h1 == FORM
        assert not django_user_model.objects.exists()

    def test_without_a_way_back(self, site, tenant, browser, configure):
        configure(LOGIN_ROUTE=False)
        begin(browser, site)
        type_password(browser, ALICE, ALICES)
        tab = Browser(session=browser.session, page=browser.page)
        tab.submit("Open the page")
        choose(tab, NEW)
        browser.submit("Sign in with the new password")
        type_password(browser, ALICE, NEW)
        assert (browser.page.h1, browser.page.url) == ("My loans", f"{site}/loans/")

    def test_somebody_signs_in_meanwhile(self, site, tenant, browser, unchanged):
        """In another tab of this browser: then it is theirs, and only theirs."""
        begin(browser, site)
        other_tab = Browser(session=browser.session)
        other_tab.get(f"{site}/account/")
        other_tab.submit("Sign in")
        type_password(other_tab, DAVE, DAVES)
        assert other_tab.page.h1 == "Your account"
        type_password(browser, ALICE, ALICES)
        browser.submit("Go on")
        assert browser.page.h1 == "You came back as somebody else"


class TestNotTheirs:
    def test_opened_in_another_browser(self, site, tenant, alice, unchanged):
        """Without a session, with one of somebody else's, and with one that is on its way, too."""
        there = handed_over(alice)
        stranger, dave = Browser(), Browser()
        sign_in(dave, f"{site}/account/", DAVE, DAVES)
        ask(dave)
        for browser in (stranger, dave):
            browser.get(there)
            assert (browser.page.h1, browser.page.status) == (STALE, 400)

    def test_posted_from_another_browser(self, site, tenant, alice, unchanged):
        there, page = handed_over(alice), alice.page
        dave = Browser()
        sign_in(dave, f"{site}/account/", DAVE, DAVES)
        [form] = [form for form in dave.page.forms if form.has_button("Change password")]
        form.action = "/account/handover/"
        [field] = [field for field in form.fields if field.name == "next"]
        field.name, field.value = "session_token", parse_qs(urlsplit(there).query)["session_token"][0]
        dave.submit("Change password")
        assert (dave.page.h1, dave.page.status) == (STALE, 400)
        assert alice.page is page

    def test_another_users_token(self, site, tenant, alice, unchanged):
        """Dave signs in where Alice was asked to: his password is none of this session's business."""
        before = tenant.user(DAVE)
        handed_over(alice, DAVE, DAVES)
        alice.submit("Go on")
        assert (alice.page.h1, alice.page.status) == ("You came back as somebody else", 409)
        assert "Nothing was changed." in alice.page.visible_text
        assert tenant.user(DAVE).get("last_password_reset") == before.get("last_password_reset")
        alice.get(f"{site}/account/")
        assert alice.page.h1 == "Your account"

    def test_an_old_one(self, tenant, alice, later, unchanged):
        """A minute, and what two clocks may differ by."""
        there = handed_over(alice)
        later(minutes=3)
        alice.submit("Go on")
        assert alice.page.h1 == STALE
        alice.get(there)
        assert alice.page.h1 == STALE

    def test_within_a_minute_it_is_not(self, tenant, alice, later):
        handed_over(alice)
        later(seconds=55)
        alice.submit("Go on")
        assert alice.page.h1 == FORM

    def test_a_second_time(self, tenant, alice):
        there, page = handed_over(alice), alice.page
        alice.submit("Go on")
        assert alice.page.h1 == FORM
        alice.get(there)
        assert alice.page.h1 == STALE
        alice.page = page
        alice.submit("Go on")
        assert alice.page.h1 == STALE
        assert count(tenant, TICKETS) == 1

    def test_tampered_with(self, tenant, alice, unchanged):
        there = handed_over(alice)
        token = parse_qs(urlsplit(there).query)["session_token"][0]
        head, body, signature = token.split(".")
        for wrong in (f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}", f"{head}.{body[:-4]}.{signature}", "x"):
            alice.get(without(there, session_token=wrong))
            assert alice.page.h1 == STALE


class TestChangedInTheBrowser:
    def test_no_scope_then_it_is_an_ordinary_re_authentication(self, tenant, alice):
        """A code comes back, and the callback's own proof counts."""
        alice.get(without(ask(alice), scope="openid profile email"))
        type_password(alice, ALICE, ALICES)
        assert alice.page.h1 == FORM

    def test_nobody_is_asked_after_a_while(self, tenant, alice, later, unchanged):
        """Through the session at the tenant: the Action sees that the password was typed before."""
        later(seconds=200)
        alice.get(without(ask(alice), prompt=None, max_age=None))
        assert (alice.page.h1, alice.page.status) == (NOT_ASKED, 403)

    def test_nobody_is_asked_soon(self, tenant, alice, later, unchanged):
        """Young enough for the Action, but from before the button was pressed."""
        later(seconds=60)
        alice.get(without(ask(alice), prompt=None, max_age=None))
        assert alice.page.h1 == HANDED_OVER
        alice.submit("Go on")
        assert (alice.page.h1, alice.page.status) == (NOT_ASKED, 403)
        assert "Nothing was changed." in alice.page.visible_text

    def test_then_it_may_be_tried_once_more(self, tenant, alice, later):
        later(seconds=200)
        alice.get(without(ask(alice), prompt=None, max_age=None))
        alice.submit("Sign in again")
        type_password(alice, ALICE, ALICES)
        alice.submit("Go on")
        assert alice.page.h1 == FORM

    def test_not_in_circles(self, tenant, alice, later, unchanged):
        later(seconds=200)
        alice.get(without(ask(alice), prompt=None, max_age=None))
        alice.stop_at = "http://127.0.0.1"
        alice.submit("Sign in again")
        alice.stop_at = None
        alice.get(without(alice.page.url, prompt=None, max_age=None))
        assert alice.page.h1 == NOT_ASKED
        assert [form for form in alice.page.forms if form.has_button("Sign in again")] == []
        alice.click("Go back")

    def test_an_ordinary_sign_in_with_the_scope_added(self, site, tenant, browser, unchanged):
        browser.get(f"{site}/loans/")
        browser.stop_at = "http://127.0.0.1"
        browser.submit("Sign in")
        browser.stop_at = None
        browser.get(without(browser.page.url, scope="openid profile email update:password"))
        type_password(browser, ALICE, ALICES)
        browser.submit("Go on")
        assert (browser.page.h1, browser.page.status) == (STALE, 400)

    def test_silently(self, tenant, alice, unchanged):
        """`prompt=none`: there is no page to be handed over at."""
        alice.get(without(ask(alice), prompt="none", max_age=None))
        assert alice.page.status == 403
        assert alice.page.h1 != HANDED_OVER


class TestAbandoned:
    def test_the_page_is_closed(self, site, tenant, alice, unchanged):
        handed_over(alice)
        alice.get(f"{site}/account/")
        assert alice.page.h1 == "Your account"

    def test_and_begun_again_later(self, site, tenant, alice, later):
        handed_over(alice)
        later(minutes=20)
        alice.get(f"{site}/account/")
        handed_over(alice)
        alice.submit("Go on")
        assert alice.page.h1 == FORM

    def test_back_to_the_tenant_without_a_new_password(self, site, tenant, alice, unchanged):
        """`/continue` issues no code for it."""
        state = parse_qs(urlsplit(handed_over(alice)).query)["state"][0]
        alice.get(f"{tenant.base_url}/continue?state={state}")
        assert alice.page.status == 403
        assert "code=" not in alice.page.url
        alice.get(f"{site}/account/")
        assert alice.page.h1 == "Your account"

    def test_nothing_of_it_stays_in_the_session(self, site, tenant, alice):
        token = parse_qs(urlsplit(handed_over(alice)).query)["session_token"][0]
        alice.submit("Go on")
        assert not any(token in str(row.get_decoded()) for row in Session.objects.all())


class TestWithoutTheAction:
    @pytest.fixture(autouse=True)
    def action(self, tenant, configure, site):
        configure(HANDOVER_SECRET="h4-share-this-with-one-Action-of-the-tenant", SITE_URL=site)

    def test_the_tenant_ignores_the_scope(self, tenant, alice):
        alice.get(ask(alice))
        type_password(alice, ALICE, ALICES)
        assert alice.page.h1 == FORM


DETOUR = """
    const api2 = 'http://' + event.request.hostname;
    const answer = await fetch(api2 + '/oauth/token', {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials', client_id: event.secrets.ID,
        client_secret: event.secrets.SECRET, audience: api2 + '/api/v2/' }) });
    const { access_token } = await answer.json();
    const made = await fetch(api2 + '/api/v2/tickets/password-change', { method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ' + access_token },
      body: JSON.stringify({ user_id: event.user.user_id, client_id: event.client.client_id }) });
    const { ticket } = await made.json();
    api.redirect.sendUserTo(api2 + '/v2/logout', { query: { returnTo: ticket } });
"""
"""What is found in articles: the Action makes the link itself, and because `state` would break it, the browser goes by
the logout."""


def records_with(app: Application, link: str) -> set[str]:
    """The kinds of records in the tenant's log that hold a link."""
    ticket = re.search(r"ticket=(\w+)", link)[1]
    return {record["type"] for record in app.api("GET", "logs").json() if ticket in str(record)}


class TestTheLink:
    """Who reads the tenant's log, or gets its stream, must not find a link that works. (The call that makes one is in
    it, whoever makes it.)"""

    @pytest.fixture
    def app(self, tenant, site, deployed) -> Application:
        def edit(seed):
            seed["clients"][1]["scopes"] += [*SCOPES, "read:logs"]
            seed["tenant_settings"] = {"allowed_logout_urls": [f"{tenant.base_url}/u/reset-verify"]}

        deployed(seed=edit)
        return Application(tenant)

    def test_by_the_logout_it_is_in_the_log(self, app, site):
        app.api("PATCH", "actions/triggers/post-login/bindings", json={"bindings": []})
        Deployer(app).run(DETOUR, ID=MANAGEMENT[0], SECRET=MANAGEMENT[1])
        browser = Browser()
        app.send(browser, redirect_uri=f"{site}/complete/auth0/")
        assert browser.page.h1 == FORM
        assert records_with(app, browser.page.url) == {"sapi", "slo"}

    def test_by_the_hand_over_it_is_not(self, app, site, tenant):
        browser = Browser()
        sign_in(browser, f"{site}/account/", ALICE, ALICES)
        there = handed_over(browser)
        browser.submit("Go on")
        assert browser.page.h1 == FORM
        assert records_with(app, browser.page.url) == {"sapi"}
        token = parse_qs(urlsplit(there).query)["session_token"][0]
        assert token not in str(app.api("GET", "logs").json())

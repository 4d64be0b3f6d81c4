"""The tenant has this site's Actions, as `auth0_deploy --apply` puts them there. Dave has a link, an app for codes, a
recovery code and a second mailbox at work, and is asked for all that stands before a new password (R1). Whoever has
only his link does not come past it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from tests.stories.people import ALICE, ALICES, DAVE, DAVES, NEW, choose, is_password_of, sign_in
from tests.stories.test_verify import ASKED, FORM, ask_for_the_code, go_back, second_mailboxes, the_code  # noqa: F401
from tests.support.browser import Browser
from tests.support.deployed import deployed  # noqa: F401 - a fixture
from tests.support.tenant import demo_seed
from tests.tenant.application import DEPLOY, LOGIN, Application

pytestmark = pytest.mark.story

OTP = next(user["mfa"]["otp_secret"] for user in demo_seed()["users"] if user["email"] == DAVE)
RECOVERY = "K3Q9ZT7XW2M5PB8RHJ4LNV6C"
FACTOR = "Verify your identity"
CANNOT = "This step cannot be continued"


def with_every_factor(seed):
    """Also by mail: at this tenant, every verified address is a factor by itself."""
    seed["plan"]["mfa_factors"] = ["otp", "email", "recovery-code"]
    dave = next(user for user in seed["users"] if user["email"] == DAVE)
    dave["mfa"]["recovery_code"] = RECOVERY


@pytest.fixture
def app(site, tenant, deployed):  # noqa: F811 - the fixture
    """Both have been at the site. What is in Auth0 is as they left it until a link has been used."""
    deployed(seed=with_every_factor, RESET_VERIFIER="tests.unit.verifiers.PhoneBook", HANDOVER_SECRET=[])
    for email, password in ((DAVE, DAVES), (ALICE, ALICES)):
        sign_in(Browser(), f"{site}/loans/", email, password)
    return Application(tenant)


@pytest.fixture
def link_of(app, tenant):
    def made(email, client=LOGIN):
        return app.ticket(tenant.user(email)["user_id"], client_id=client[0])

    return made


@pytest.fixture
def link(link_of):
    return link_of(DAVE)


@pytest.fixture
def unchanged(site, app, tenant):
    """At the end, Dave's password is the one that he had."""
    before = tenant.user(DAVE)
    yield
    assert tenant.user(DAVE) == before
    assert is_password_of(site, DAVE, DAVES)


@pytest.fixture
def code(tenant):
    """What Dave's app shows."""
    return lambda: pyotp.TOTP(OTP).at(int(datetime.fromisoformat(tenant.health()["now"]).timestamp()))


def answered(link):
    """A browser in which the site has said yes; it has not gone back yet."""
    browser = Browser()
    ask_for_the_code(browser, link)
    browser.submit("Go on", code=the_code())
    return browser


def state_in(browser):
    return next(field.value for form in browser.page.forms for field in form.fields if field.name == "state")


def is_refused(browser, link):
    """With words, and where it begins again."""
    assert browser.page.status == 403
    assert "This could not be verified. Nothing was changed." in browser.page.visible_text
    assert browser.get(link).h1 == ASKED


class TestDave:
    def test_comes_past_both(self, site, link, code):
        dave = answered(link)
        go_back(dave)
        assert dave.page.h1 == FACTOR
        dave.submit("Continue", code=code())
        assert dave.page.h1 == FORM
        choose(dave, NEW)
        assert dave.page.h1 == "Password changed"
        assert is_password_of(site, DAVE, NEW)

    def test_is_not_asked_for_the_mailbox_again(self, tenant, link):
        dave, before = answered(link), len(tenant.mails())
        go_back(dave)
        assert [text for text, _ in dave.page.links if text in {"E-mail", "Recovery code"}] == ["Recovery code"]
        assert len(tenant.mails()) == before

    def test_has_his_recovery_code(self, link):
        dave = answered(link)
        go_back(dave)
        dave.click("Recovery code")
        dave.submit("Continue", code=RECOVERY)
        dave.submit("I have kept it")
        assert dave.page.h1 == FORM

    def test_mistypes(self, link, code, unchanged):
        dave = answered(link)
        go_back(dave)
        dave.submit("Continue", code="000000")
        assert (dave.page.status, dave.page.h1) == (400, FACTOR)
        dave.submit("Continue", code=code())
        assert dave.page.h1 == FORM


def test_alice_has_no_second_factor_and_is_asked_for_none(link_of):
    """Her mailbox is a factor at this tenant: she has just shown that it is hers."""
    alice = answered(link_of(ALICE))
    go_back(alice)
    assert alice.page.h1 == FORM


def test_links_of_another_application_are_left_alone(link_of):
    dave = Browser()
    dave.get(link_of(DAVE, DEPLOY))
    assert dave.page.h1 == FORM


@pytest.mark.usefixtures("unchanged")
class TestAbandoned:
    def test_at_the_site(self, link, later):
        dave = Browser()
        dave.get(link)
        assert dave.get(link).h1 == ASKED
        later(minutes=20)
        dave.submit("Send the code")
        assert (dave.page.status, dave.page.h1) == (400, CANNOT)
        assert dave.get(link).h1 == ASKED

    def test_with_the_answer_in_hand(self, link, later):
        dave = answered(link)
        later(seconds=70)
        go_back(dave)
        is_refused(dave, link)

    def test_at_the_second_factor(self, link):
        """What was said at the site is forgotten with it."""
        dave = answered(link)
        go_back(dave)
        assert dave.get(link).h1 == ASKED


@pytest.mark.usefixtures("unchanged")
class TestMalloryHasTheLink:
    @pytest.mark.parametrize("query", ["", "&session_token=made.by.me", "&approved=true&purpose=verified"])
    def test_comes_back_without_having_been_there(self, tenant, link, query):
        mallory = Browser()
        mallory.get(link)
        mallory.get(f"{tenant.base_url}/continue?state={state_in(mallory)}{query}")
        is_refused(mallory, link)

    def test_sends_the_question_back(self, tenant, link):
        mallory = Browser(stop_at="http://localhost")
        mallory.get(link)
        mallory.stop_at = None
        mallory.get(f"{tenant.base_url}/continue?{urlsplit(mallory.page.url).query}")
        is_refused(mallory, link)

    def test_writes_into_the_link(self, link):
        mallory = Browser()
        mallory.get(link.replace("#", "&state=mine&session_token=made.by.me&approved=true&client_id=another#"))
        assert mallory.page.h1 == ASKED

    @pytest.mark.parametrize("kept", [[], ["state"], ["session_token"]])
    def test_strips_the_parameters(self, site, tenant, link, kept):
        mallory = Browser(stop_at="http://localhost")
        mallory.get(link)
        mallory.stop_at = None
        given = parse_qs(urlsplit(mallory.page.url).query)
        query = "&".join(f"{name}={given[name][0]}" for name in kept)
        assert mallory.get(f"{site}/account/verify/?{query}").h1 == CANNOT
        if "state" not in kept:
            assert mallory.get(f"{tenant.base_url}/continue?{query}").status == 400
        assert mallory.get(link).h1 == ASKED

    def test_has_an_answer_about_herself(self, link, link_of):
        """She is Alice, and Alice may."""
        answer = answered(link_of(ALICE)).page
        mallory = Browser()
        mallory.get(link)
        state, mallory.page = state_in(mallory), answer
        mallory.submit("Go on", state=state)
        is_refused(mallory, link)

    def test_finds_an_answer_that_dave_has_used(self, link):
        dave = answered(link)
        used = dave.page
        go_back(dave)
        dave.page = used
        dave.submit("Go on")
        assert dave.page.status == 400
        mallory = Browser()
        mallory.get(link)
        state, mallory.page = state_in(mallory), used
        mallory.submit("Go on", state=state)
        is_refused(mallory, link)

    def test_follows_dave_up_to_the_second_factor(self, link):
        """She reads both mailboxes."""
        mallory = answered(link)
        go_back(mallory)
        at_factor = mallory.page
        assert mallory.get(link).h1 == ASKED
        mallory.page = at_factor
        mallory.submit("Continue", code="123456")
        assert mallory.page.h1 == ASKED

    def test_types_a_password_past_all_of_it(self, link, code):
        """The page for it, as Dave has it before him: only his browser may send it."""
        dave = answered(link)
        go_back(dave)
        dave.submit("Continue", code=code())
        assert dave.page.h1 == FORM
        mallory = Browser()
        mallory.page = dave.page
        choose(mallory, NEW)
        assert mallory.page.h1 == ASKED

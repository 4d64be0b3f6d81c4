"""What else can be down or wrong: every call at once, the cache, a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from auth0_password import gateway
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import connections, look, require_reset
from tests.stories.people import ALICE, ALICES, BOB, NEW, TEMPORARY, TICKETS, choose, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story

EVERYTHING = {"path": "^/(api|oauth|dbconnections|.well-known)", "times": -1, "drop": True}
NEVER_ASK = ["/", "/loans/", "/account/login/", "/account/login/?next=/loans/", "/account/forgot/", "/account/status/"]
CLOSED = "Choose a new password"


@pytest.fixture
def bob(site) -> Browser:
    person = Browser()
    sign_in(person, f"{site}/loans/", BOB, TEMPORARY)
    return person


@pytest.fixture
def alice(site) -> Browser:
    person = Browser()
    sign_in(person, f"{site}/loans/", ALICE, ALICES)
    return person


def asked(tenant) -> list[str]:
    """What the site asked Auth0, without what the people's own browsers did."""
    return [one["path"] for one in tenant.requests() if not one["path"].startswith(("/authorize", "/u/", "/v2/"))]


class TestAuth0IsGone:
    @pytest.mark.parametrize("path", NEVER_ASK)
    def test_pages_that_never_ask_it(self, site, tenant, alice, bob, path):
        """As fast as ever, for everybody, because Auth0 has no part in them."""
        tenant.faults([EVERYTHING])
        tenant.clear_requests()
        for person in (alice, bob, Browser()):
            person.stop_at = tenant.base_url
            person.get(f"{site}{path}")
            assert person.page.status < 500
        assert asked(tenant) == []

    @pytest.mark.parametrize("path", ["/account/", "/account/required/"])
    def test_pages_that_would_be_a_little_better_with_it_ask_once(self, site, tenant, alice, bob, path):
        gateway.set_gateway(None)
        connections._failed.clear()
        tenant.faults([EVERYTHING])
        tenant.clear_requests()
        for _ in range(3):
            for person in (alice, bob):
                person.get(f"{site}{path}")
                assert person.page.status == 200
        assert len(asked(tenant)) == 1
        connections._failed.clear()

    def test_who_is_in_stays_in_and_who_is_held_back_stays_so(self, site, tenant, alice, bob):
        tenant.faults([EVERYTHING])
        for _ in range(3):
            alice.get(f"{site}/loans/")
            bob.get(f"{site}/loans/")
            assert (alice.page.h1, bob.page.h1) == ("My loans", CLOSED)
        bob.submit("Sign out")
        assert bob.page.url == f"{site}/"


def test_a_management_token_that_is_not_taken_any_more_is_renewed_once(tenant, bob):
    tenant.faults([{"method": "POST", "path": TICKETS, "times": 1, "status": 401}])
    bob.submit(CLOSED)
    assert "/u/reset-verify" in bob.page.url


def test_the_whole_story_without_a_cache(site, tenant, bob, settings):
    """Sessions, limits and states are in the database; nothing of ours asks the cache."""
    settings.CACHES = {"default": {"BACKEND": "tests.faults.dead_cache.DeadCache"}}
    with pytest.raises(ConnectionError):
        cache.get("anything")
    bob.submit("Check now")
    bob.submit("Send a link") if bob.page.h1 == CLOSED else None
    bob.get(f"{site}/loans/")
    bob.submit("Choose a new password")
    choose(bob, NEW)
    bob.click("Back to Northwind Library")
    type_password(bob, BOB, NEW)
    assert bob.page.h1 == "My loans"
    stranger = Browser()
    stranger.get(f"{site}/account/forgot/")
    stranger.submit(email=ALICE)
    assert stranger.page.h1 == "Check your mail"


class TestAClockIsWrong:
    """Up to a minute is nothing to speak of: tests/stories/test_clocks.py."""

    @pytest.mark.parametrize("offset", [-86_400, -300, -75, 75, 300, 86_400])
    def test_nobody_signs_in_and_the_log_says_why(self, site, tenant, browser, caplog, offset):
        tenant.offset(offset)
        sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
        assert (browser.page.status, browser.page.h1) == (503, "The clocks do not agree")
        assert "Nothing was changed." in browser.page.visible_text
        assert not get_user_model().objects.exists()
        [line] = [one.getMessage() for one in caplog.records if one.name.startswith("auth0_password")]
        assert "the clocks of this site and of Auth0 differ by more than a minute" in line

    def test_who_is_in_notices_nothing(self, site, tenant, alice, bob):
        tenant.offset(86_400)
        alice.get(f"{site}/loans/")
        bob.get(f"{site}/loans/")
        assert (alice.page.h1, bob.page.h1) == ("My loans", CLOSED)

    @pytest.mark.parametrize("offset", [-400 * 86_400, -3_600, 3_600, 400 * 86_400])
    def test_a_wrong_date_answers_no_requirement(self, site, tenant, alice, bob, offset):
        """Alice changed her password long before Grace asked, and so it stays, whatever Auth0's clock says."""
        user = get_user_model().objects.get(email=ALICE)
        require_reset(user, reason="administrator")
        tenant.offset(offset)
        state = look(user)
        assert state.needs_reset
        bob.submit("Check now")
        assert bob.page.h1 == CLOSED
        assert ResetRequirement.objects.filter(status="open").count() == 2
        assert PasswordState.objects.filter(needs_reset=True).count() == 2

    def test_a_change_under_a_wrong_clock_counts(self, site, tenant, bob):
        """Both times of a change are Auth0's: the one of the change, and the Date of the answer that tells it."""
        tenant.offset(timedelta(days=1).total_seconds())
        bob.submit("Choose a new password")
        choose(bob, NEW)
        bob.get(f"{site}/loans/")
        bob.submit("Check now")
        assert bob.page.h1 == "Sign in again"

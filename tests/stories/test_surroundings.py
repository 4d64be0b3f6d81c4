"""Sites are set up in many ways: none of them opens a door or leaks."""

from __future__ import annotations

import functools
import re
import threading
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.shortcuts import redirect
from social_core.pipeline.partial import partial
from social_django.models import Association, Nonce, UserSocialAuth

from auth0_password.exceptions import ConflictError
from auth0_password.gateway.management import ManagementGateway
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import require_reset, subjects
from tests.stories.people import ALICE, ALICES, BOB, TEMPORARY, open_page, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story
A_TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}\.")
ALICES_SUBJECT = "auth0|64f0c0ffee000000000a11ce"
CAROLS_SUBJECT = "google-oauth2|108204268033311374519"


@partial
def ask_something(strategy, *args, **kwargs):
    """A site's own step that interrupts the pipeline, as for terms of use."""
    return None if strategy.request_data().get("ok") else redirect("/")


@pytest.mark.parametrize(
    "before", ["auth0_password.pipeline.steps.create_user_once", "auth0_password.pipeline.steps.bind_subject"]
)
def test_an_interrupted_pipeline_reads_all_the_same(site, tenant, browser, settings, before):
    steps = list(settings.SOCIAL_AUTH_AUTH0_PIPELINE)
    steps.insert(steps.index(before), f"{__name__}.ask_something")
    settings.SOCIAL_AUTH_AUTH0_PIPELINE = steps
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    browser.get(f"{site}/complete/auth0/?ok=1")
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"


def test_a_second_identity_of_the_same_user_lowers_nothing(site, tenant, browser):
    """Rows that the stock pipeline made: Alice may also come in through Google. Her database password leaked."""
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    alice = get_user_model().objects.get(email=ALICE)
    UserSocialAuth.objects.create(user=alice, provider="auth0", uid=CAROLS_SUBJECT, id_key="user_id")
    require_reset(alice, reason="breach")
    other = Browser()
    open_page(other, f"{site}/loans/")
    other.submit("Continue with Google (stand-in)")
    other.submit("Carol Singh carol@example.com")
    assert other.page.h1 == "Choose a new password"
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"
    assert ResetRequirement.objects.get().status == "open"
    assert PasswordState.objects.get().subject == ALICES_SUBJECT


def test_tokens_that_another_backend_stored_are_dropped(site, tenant, browser, django_user_model):
    alice = django_user_model.objects.create_user("alice", ALICE)
    kept = {"user_id": ALICES_SUBJECT, "locale": "en"}
    UserSocialAuth.objects.create(
        user=alice,
        provider="auth0",
        uid=ALICES_SUBJECT,
        id_key="user_id",
        extra_data={**kept, "access_token": "a", "refresh_token": "r", "id_token": "i", "token_type": "Bearer"},
    )
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert set(UserSocialAuth.objects.get().extra_data) == set(kept)


def test_no_call_to_auth0_is_made_inside_a_transaction(site, tenant, browser, monkeypatch):
    inside = []
    for name in ("read_user", "create_change_ticket", "read_connection"):
        verb = getattr(ManagementGateway, name)

        def watched(self, *args, verb=verb, **more):
            inside.append(connection.in_atomic_block)
            return verb(self, *args, **more)

        monkeypatch.setattr(ManagementGateway, name, watched)
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    browser.submit("Change password")
    type_password(browser, ALICE, ALICES)
    assert "/u/reset-verify" in browser.page.url
    assert len(inside) >= 3
    assert not any(inside)


@pytest.mark.parametrize("error", [ConflictError("busy"), RuntimeError("a site's own step broke")])
def test_error_pages_of_the_callback_show_no_variables(site, tenant, browser, monkeypatch, settings, error):
    def broken(*args, **kwargs):
        raise error

    settings.DEBUG = True
    monkeypatch.setattr(subjects, "bind", broken)
    open_page(browser, f"{site}/loans/")
    browser.submit("Continue", username=ALICE, password=ALICES)
    assert browser.page.status in {500, 503}
    for secret in ("local-only-login-secret", "local-only-management-secret"):
        assert secret not in browser.page.text
    assert not A_TOKEN.search(browser.page.text)


def test_an_inactive_user_is_told(site, tenant, browser, django_user_model):
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    django_user_model.objects.update(is_active=False)
    again = Browser()
    sign_in(again, f"{site}/loans/", ALICE, ALICES)
    assert again.page.h1 == "This account is not active here"
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Sign in to go on"


def test_sign_out_after_a_sign_in_that_was_not_completed_ends_it_at_auth0(site, tenant, browser):
    tenant.faults([{"method": "GET", "path": "/api/v2/users/.*", "times": 1, "status": 404}])
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert browser.page.h1 == "This account is gone"
    browser.submit("Sign out")
    open_page(browser, f"{site}/loans/")
    assert browser.page.h1 == "Welcome"


def test_a_member_without_access_is_told_instead_of_going_in_circles(site, tenant, browser):
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    browser.get(f"{site}/admin/")
    assert browser.page.h1 == "This page is not open to you"
    assert "signed in as Alice Example" in browser.page.visible_text


def test_somebody_known_from_before_is_bound_by_signing_in(site, tenant, browser, settings, django_user_model):
    """A live session from before the package was installed, and then a requirement."""
    alice = django_user_model.objects.create_user("alice", ALICE)
    UserSocialAuth.objects.create(user=alice, provider="auth0", uid=ALICES_SUBJECT, id_key="user_id")
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    PasswordState.objects.all().delete()
    require_reset(alice, reason="administrator")
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"
    browser.submit("Check now")
    assert browser.page.h1 == "Choose a new password"
    browser.submit("Choose a new password")
    type_password(browser, ALICE, ALICES)
    assert browser.page.h1 == "Choose a new password"
    assert "nothing else to confirm" in browser.page.visible_text
    browser.submit("Choose a new password")
    assert "/u/reset-verify" in browser.page.url


def at_once(*calls):
    """Run the calls in threads, as close together as they get."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        call()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_first_sign_ins_at_the_same_moment_make_one_user(site, tenant):
    browsers = [Browser(stop_at=f"{site}/complete/") for _ in range(6)]
    for one in browsers:
        sign_in(one, f"{site}/loans/", BOB, TEMPORARY)
        one.stop_at = None
    at_once(*(functools.partial(one.get, one.page.url) for one in browsers))
    assert [one.page.h1 for one in browsers] == ["Choose a new password"] * 6
    assert get_user_model().objects.count() == UserSocialAuth.objects.count() == 1
    assert PasswordState.objects.count() == ResetRequirement.objects.count() == 1


def test_a_double_click_makes_one_link(site, tenant, browser):
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    [form] = [form for form in browser.page.forms if "change/ticket" in form.action]
    answers = []

    def press():
        data = form.filled("Choose a new password", {})
        answers.append(browser.session.post(site + form.action, data, allow_redirects=False, headers={"Origin": site}))

    at_once(press, press, press)
    places = [urlsplit(answer.headers["location"]).path for answer in answers]
    assert sorted(places) == ["/authorize", "/authorize", "/u/reset-verify"]
    assert [one["path"] for one in tenant.requests()].count("/api/v2/tickets/password-change") == 1


def test_a_browser_that_never_comes_back_leaves_few_rows(site, tenant, browser):
    browser.stop_at = tenant.base_url
    for _ in range(12):
        browser.get(f"{site}/account/login/")
    assert Nonce.objects.count() == Association.objects.count() == 5

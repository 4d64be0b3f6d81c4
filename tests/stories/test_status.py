"""`status`, for the page that waits: its exact words, and how rarely it asks the tenant."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import requests

from auth0_password.services import require_reset
from tests.stories.people import ALICE, ALICES, BOB, TEMPORARY, choose_with_link, sign_in
from tests.support.browser import Browser

pytestmark = pytest.mark.story

KEYS = ["state", "reason", "required_at", "enforce_from", "changed_at", "checked_at", "ways", "next"]


def status_of(browser, site):
    headers = {"Accept": "application/json"}
    return browser.session.get(f"{site}/account/status/", headers=headers, allow_redirects=False, timeout=10)


def reads(tenant):
    return [one["path"] for one in tenant.requests() if one["path"].startswith("/api/v2/users/")]


@pytest.fixture
def bob(site, tenant, browser) -> Browser:
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    return browser


def test_bobs(site, bob):
    answer = status_of(bob, site)
    assert answer.headers["Content-Type"] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]
    found = json.loads(answer.text)
    assert list(found) == KEYS
    assert (found["state"], found["reason"], found["next"]) == ("required", "first_login", None)
    assert found["changed_at"] is None
    for name in ("required_at", "enforce_from", "checked_at"):
        assert datetime.fromisoformat(found[name]).tzinfo is not None
    assert found["ways"] == [
        {"name": "reauthenticate", "url": "/account/change/sign-in-again/", "available": True, "why_not": None},
        {"name": "email_link", "url": "/account/change/email/", "available": True, "why_not": None},
        {"name": "universal_login", "url": "/account/login/", "available": True, "why_not": None},
    ]


def test_alices(site, tenant, browser, django_user_model):
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    found = status_of(browser, site).json()
    assert (found["state"], found["reason"], found["required_at"]) == ("clear", None, None)
    assert found["changed_at"].startswith("2026-03-14T09:26:53")
    alice = django_user_model.objects.get(email=ALICE)
    require_reset(alice, reason="policy", enforce_from=datetime.fromisoformat("2126-01-01T00:00:00+00:00"))
    found = status_of(browser, site).json()
    assert (found["state"], found["reason"]) == ("grace", "policy")
    assert found["enforce_from"].startswith("2126-01-01")
    require_reset(alice, reason="breach")
    found = status_of(browser, site).json()
    assert found["state"] == "required"
    assert {way["name"]: way["why_not"] for way in found["ways"]} == {
        "email_link": None,
        "universal_login": None,
        "reauthenticate": "breach",
    }


def test_a_stranger(site, tenant):
    answer = requests.get(f"{site}/account/status/", timeout=10)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "status": 401,
        "title": "Sign in first",
        "code": "not_signed_in",
        "login_url": f"{site}/account/login/",
    }
    assert reads(tenant) == []


def test_nobody_waits_so_nobody_asks(site, tenant, bob):
    tenant.clear_requests()
    for _ in range(5):
        status_of(bob, site)
    assert reads(tenant) == []


def test_while_bob_waits_the_budget_holds(site, tenant, bob, later_here):
    bob.submit("Send a link")
    tenant.clear_requests()
    for _ in range(10):
        later_here(seconds=2)
        status_of(bob, site)
        bob.session.get(f"{site}/account/waiting/", timeout=10)
    assert 1 <= len(reads(tenant)) <= 3
    later_here(seconds=900)
    tenant.clear_requests()
    for _ in range(5):
        assert status_of(bob, site).json()["next"] is None
    assert reads(tenant) == []


def test_when_it_has_arrived_it_says_where_to_go(site, tenant, bob, later_here):
    """The answer that sees the change names the page; from then on the session is over."""
    bob.submit("Send a link")
    choose_with_link(tenant, BOB)
    later_here(seconds=11)
    answer = status_of(bob, site)
    assert (answer.status_code, answer.json()["state"], answer.json()["next"]) == (200, "clear", "/account/waiting/")
    answer = status_of(bob, site)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    bob.get(f"{site}/account/waiting/")
    assert bob.page.h1 == "Sign in again"


def test_a_failing_tenant_is_asked_once_and_not_shown(site, tenant, bob, later_here):
    bob.submit("Send a link")
    tenant.faults([{"method": "GET", "path": "/api/v2/users/.*", "times": -1, "status": 503}])
    tenant.clear_requests()
    for _ in range(4):
        later_here(seconds=11)
        answer = status_of(bob, site)
        assert (answer.status_code, answer.json()["state"]) == (200, "required")
    assert len(reads(tenant)) == 1

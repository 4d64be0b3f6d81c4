"""The tenant tells the site by itself: a stream, its log, logout tokens; doubled, disordered, or lost. Its Action:
`test_deployed_changes`."""

from __future__ import annotations

import pytest
import requests

from auth0_password.models import LogCheckpoint, PasswordChange, PasswordState
from auth0_password.services import reconcile
from auth0_password.services.log_pull import pull_logs
from auth0_password.services.sweep import sweep
from tests.stories.people import ALICE, ALICES, NEW, choose, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story

TOKEN = "log-stream-4f2c8e9a7b6d5c3f1e0a9b8c7d6e5f4a"
SCOPES = ("read:logs", "create:log_streams", "update:users")


class Never:
    def is_set(self):
        return False

    def wait(self, seconds):
        raise AssertionError("nothing to wait for")


@pytest.fixture
def pushing(site, tenant, reseed, configure):
    """A tenant with a log stream to the site, and logout tokens for every ending; its pushes wait for `deliver`."""

    def edit(seed):
        login, server = seed["clients"][:2]
        login["oidc_logout"] = {
            "backchannel_logout_urls": [f"{site}/account/backchannel-logout/"],
            "backchannel_logout_initiators": {"mode": "all"},
        }
        server["scopes"] = sorted({*server["scopes"], *SCOPES})

    reseed(edit)
    tenant.plan(job_delay_s=0)
    tenant.pushes(hold=True)
    configure(LOG_STREAM_TOKEN=TOKEN)
    return tenant


@pytest.fixture
def stream(pushing, site):
    """The stream, in one of its formats."""

    def make(form="JSONLINES"):
        credentials = {"client_id": "demo-management-client", "client_secret": "local-only-management-secret"}
        form_of = credentials | {"grant_type": "client_credentials", "audience": f"{pushing.base_url}/api/v2/"}
        token = requests.post(f"{pushing.base_url}/oauth/token", data=form_of, timeout=5).json()["access_token"]
        sink = {
            "httpEndpoint": f"{site}/account/hooks/logs/",
            "httpAuthorization": TOKEN,
            "httpContentFormat": form,
            "httpContentType": "application/json",
        }
        body = {"name": "site", "type": "http", "sink": sink}
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.post(f"{pushing.base_url}/api/v2/log-streams", json=body, headers=headers, timeout=5)
        assert answer.ok, answer.text

    return make


@pytest.fixture
def two_browsers(site, pushing):
    """Alice on her laptop and on her phone."""
    laptop, phone = Browser(), Browser()
    for one in (laptop, phone):
        sign_in(one, f"{site}/loans/", ALICE, ALICES)
    reconcile()
    return laptop, phone


def changes_her_password(site, browser):
    """On the hosted page, in this browser; she does not come back to the site."""
    browser.get(f"{site}/account/")
    browser.submit("Change password")
    if browser.page.h1 == "Welcome":
        type_password(browser, ALICE, ALICES)
    choose(browser, NEW)


def is_in(browser, site):
    browser.get(f"{site}/loans/")
    return browser.page.h1 == "My loans"


@pytest.mark.parametrize("form", ["JSONLINES", "JSONARRAY", "JSONOBJECT"])
def test_the_log_stream_tells_of_a_change(site, two_browsers, stream, pushing, form):
    laptop, phone = two_browsers
    stream(form)
    changes_her_password(site, laptop)
    PasswordState.objects.update(check_due_at=None)
    assert is_in(phone, site)
    answers = {one["status"] for one in pushing.deliver()}
    assert answers <= {200, 204}
    reconcile()
    assert not is_in(phone, site)
    assert PasswordChange.objects.count() == 1


def test_a_logout_token_ends_the_session_at_once(site, two_browsers, pushing):
    """Before anybody read anything."""
    laptop, phone = two_browsers
    pushing.plan(subscription="enterprise")
    changes_her_password(site, laptop)
    sent = [one for one in pushing.deliver() if "backchannel" in str(one)]
    assert sent
    assert not is_in(phone, site)
    reconcile()
    assert PasswordChange.objects.count() == 1


def test_in_any_order_and_twice(site, two_browsers, stream, pushing):
    laptop, phone = two_browsers
    stream()
    pushing.plan(subscription="enterprise")
    pushing.pushes(hold=True, reorder=True, duplicate=True)
    changes_her_password(site, laptop)
    for _ in range(3):
        pushing.deliver()
        reconcile()
    assert not is_in(phone, site)
    assert PasswordChange.objects.count() == 1


@pytest.mark.parametrize("found_by", ["log", "sweep"])
def test_all_pushes_are_lost(site, two_browsers, stream, pushing, found_by):
    """Where nobody can reach the site, it asks."""
    laptop, phone = two_browsers
    stream()
    if found_by == "log":
        pull_logs()
    pushing.pushes(drop=True)
    changes_her_password(site, laptop)
    pushing.deliver()
    PasswordState.objects.update(check_due_at=None)
    reconcile()
    assert is_in(phone, site)
    if found_by == "log":
        LogCheckpoint.objects.update(read_at="2026-01-01T00:00:00Z")
        assert pull_logs().hints == 1
    else:
        assert sweep(Never()).differ == 1
    reconcile()
    assert not is_in(phone, site)
    assert PasswordChange.objects.count() == 1


def test_a_rotated_key_is_fetched(site, two_browsers, pushing):
    laptop, phone = two_browsers
    pushing.plan(subscription="enterprise")
    pushing.rotate_keys()
    changes_her_password(site, laptop)
    pushing.deliver()
    assert not is_in(phone, site)

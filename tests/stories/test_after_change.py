"""What follows a change, over plain HTTP, while the tenant misbehaves or its pushes are off for a day: what was open
elsewhere is ended here and at Auth0, its owner is told, other systems hear of it; each once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db.backends.signals import connection_created

from auth0_password.models import PasswordChange, PasswordState
from auth0_password.services import reconcile
from auth0_password.services.sweep import sweep
from tests.faults import telephones
from tests.faults.aftermath import READ_ONLY, listening, mails
from tests.faults.misbehaviour import END_TOKEN, FAULTS, LIST_TOKENS
from tests.faults.scene import Scene
from tests.stories.people import ALICE, ALICES, NEW, choose_with_link, mails_to, sign_in, until
from tests.stories.test_pushes import Never, is_in, pushing, stream, two_browsers  # noqa: F401 - fixtures
from tests.support.browser import Browser
from tests.tenant.grants.caller import Caller

pytestmark = pytest.mark.story

SECOND = "Marble-Staircase-64!"
NAMES = {"no answer in time", "connection lost after the effect", "200 with HTML", "429 with limits"}
WORST = [fault for fault in FAULTS if fault.name in NAMES]
"""All others: docs/outages.md."""


@pytest.fixture
def heard():
    with listening() as one:
        yield one


@pytest.fixture
def reseed(reseed):
    """There are apps on telephones, whatever else a test wants."""

    def change(edit):
        reseed(lambda seed: (edit(seed), telephones.allow(seed)))

    return change


@pytest.fixture
def alice(site, pushing, two_browsers, stream, later, heard):  # noqa: F811 - the fixtures
    """On two devices, an hour ago, and with an app. Whatever the tenant would push is held back."""
    stream()
    app = telephones.signed_in(pushing, ALICE, ALICES)
    later(hours=1)
    return *two_browsers, app


@pytest.fixture
def app(site, tenant, reseed, later):
    """Alice's telephone: at Auth0 only; and she was on the site an hour ago."""
    reseed(lambda _seed: None)
    sign_in(Browser(), f"{site}/loans/", ALICE, ALICES)
    reconcile()
    token = telephones.signed_in(tenant, ALICE, ALICES)
    assert telephones.works(tenant, token)
    later(hours=1)
    return token


def changes(site, tenant, password=NEW):
    """With a link, on a third device: nobody comes back to the site. Returns Auth0's time of it."""
    asking, before = Browser(), len(mails_to(tenant, ALICE))
    asking.get(f"{site}/account/forgot/")
    asking.submit(email=ALICE)
    until(lambda: len(mails_to(tenant, ALICE)) > before)
    choose_with_link(tenant, ALICE, password)
    return datetime.fromisoformat(Caller(tenant).profile(tenant.user(ALICE)["user_id"])["last_password_reset"])


def come_by(later, times=3):
    """The workers, until nothing is left."""
    for _ in range(times):
        reconcile()
        later(hours=2)


class TestPushesAreOffForADay:
    @pytest.mark.parametrize("meanwhile", ["nobody looks", "the sweep finds it"])
    def test_then_all_come_twice_in_any_order(self, site, alice, pushing, later, heard, meanwhile):  # noqa: F811
        laptop, phone, app = alice
        pushing.pushes(hold=True, reorder=True, duplicate=True)
        changes(site, pushing, SECOND)
        later(hours=6)
        if meanwhile == "the sweep finds it":
            assert sweep(Never()).differ == 1
            come_by(later)
            assert not is_in(phone, site)
        last = changes(site, pushing, NEW)
        later(hours=24)

        for _ in range(2):
            assert {one["status"] for one in pushing.deliver()} <= {200, 204, 400}  # a logout token may be too old
            come_by(later)
        assert not is_in(phone, site)
        assert not is_in(laptop, site)
        assert PasswordState.objects.get().changed_at == last
        assert PasswordChange.objects.count() == (2 if meanwhile == "the sweep finds it" else 1)
        assert not telephones.works(pushing, app)
        heard.is_complete()

    def test_what_is_answered_with_503_comes_again(self, site, alice, pushing, later, heard):  # noqa: F811
        """Our database takes nothing for a while."""
        _laptop, phone, app = alice
        changes(site, pushing)

        def closed(connection, **_named):
            connection.cursor().execute(READ_ONLY[connection.vendor][0])

        connection_created.connect(closed)
        statuses = {one["status"] for one in pushing.deliver()}
        connection_created.disconnect(closed)
        assert 503 in statuses
        assert not statuses & {200, 204}
        later(hours=1)
        pushing.deliver()
        come_by(later)
        assert not is_in(phone, site)
        assert not telephones.works(pushing, app)
        heard.is_complete()


@pytest.fixture
def scene(site, tenant, settings):
    with pytest.MonkeyPatch.context() as monkeypatch:
        one = Scene(site, tenant, settings, monkeypatch)
        with one.times:
            yield one


@pytest.mark.parametrize("call", [LIST_TOKENS, END_TOKEN], ids=lambda call: call.method)
@pytest.mark.parametrize("fault", WORST, ids=lambda fault: fault.name)
def test_ending_what_goes_on_at_auth0(site, tenant, app, scene, later, heard, call, fault):
    """Whatever becomes of one call: in the end the telephone is out, and nobody is told twice."""
    changes(site, tenant)
    PasswordState.objects.update(check_due_at=datetime.fromisoformat(tenant.health()["now"]) - timedelta(hours=1))
    scene.misbehave(fault, call)
    tenant.clear_requests()
    reconcile()
    assert fault.never_answers or call.was_made(tenant.requests())
    assert len(mails()) == 1
    assert PasswordChange.objects.get().revoke_due_at
    scene.later()
    come_by(later)
    assert not telephones.works(tenant, app)
    heard.is_complete()
    assert len(mail.outbox) == 1

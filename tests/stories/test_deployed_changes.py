"""The tenant has this site's Actions, as `auth0_deploy --apply` puts them there. After a change one of them tells the
site, and whoever else is named; nothing else does here. What the site reads then has the usual end (P1)."""

from __future__ import annotations

import pytest
from django.core import mail

from auth0_password.deployment import sources
from auth0_password.exceptions import ConflictError
from auth0_password.models import ChangeReport, PasswordChange, PasswordState
from auth0_password.services import reconcile
from auth0_password.signals import password_changed
from auth0_password.webhooks import action as hook
from auth0_password.webhooks.signatures import check_signature
from tests.stories.people import ALICE, ALICES, NEW, sign_in
from tests.stories.test_pushes import changes_her_password, is_in
from tests.support.browser import Browser
from tests.support.deployed import deployed  # noqa: F401 - a fixture
from tests.tenant.actions.deploying import CHANGED, Deployer
from tests.tenant.application import Application
from tests.tenant.pushes.receiver import Receiver

pytestmark = pytest.mark.story

OTHERS = "another-system-has-a-secret-of-its-own"
PAUSES = "const PAUSES_MS = [2_000, 4_000];"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    """The Action waits a moment before it tells again, not seconds."""
    source_of = sources.source_of
    assert source_of(CHANGED).count(PAUSES) == 1
    hurried = lambda trigger: source_of(trigger).replace(PAUSES, "const PAUSES_MS = [20, 40];")  # noqa: E731
    monkeypatch.setattr(sources, "source_of", hurried)


@pytest.fixture
def crm():
    """Another system, which is told as well."""
    receiver = Receiver()
    server = receiver.start()
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def phone(site, tenant, deployed, crm):  # noqa: F811 - the fixture
    """Alice's, signed in. She then changes her password on her laptop, and does not come back to the site."""
    others = [{"url": f"{crm.url}/changes", "secret": OTHERS}]
    deployed(LOG_STREAM_TOKEN=[], HANDOVER_SECRET=[], DEPLOY={"skip": ["back-channel-logout"], "receivers": others})
    tenant.pushes(hold=True)
    laptop, phone = Browser(), Browser()
    for one in (laptop, phone):
        sign_in(one, f"{site}/loans/", ALICE, ALICES)
    reconcile()
    changes_her_password(site, laptop)
    PasswordState.objects.update(check_due_at=None)  # nobody has asked the site to look
    return phone


@pytest.fixture
def output(tenant):
    """What the Action has written to the console of its newest run."""
    return Deployer(Application(tenant), {}).output


@pytest.fixture
def announced():
    events = []

    def hear(event, **_named):
        events.append(event)

    password_changed.connect(hear)
    yield events
    password_changed.disconnect(hear)


def is_genuine(received):
    check_signature(received.headers, received.body.encode(), [OTHERS], now=int(received.headers["webhook-timestamp"]))
    return True


def has_its_usual_end(site, phone, announced):
    reconcile()
    assert not is_in(phone, site)
    assert PasswordChange.objects.count() == len(announced) == 1
    assert sum(message.to == [ALICE] for message in mail.outbox) == 1


def test_the_site_is_told_and_looks_for_itself(site, tenant, phone, crm, output, announced):
    assert is_in(phone, site)
    tenant.deliver()
    assert output() == "taken by 2 of 2: 204, 200\n"
    report = ChangeReport.objects.get()
    assert report.changed_at.isoformat(timespec="milliseconds")[:23] == tenant.user(ALICE)["last_password_reset"][:23]
    assert report.ip == "127.0.0.1"
    has_its_usual_end(site, phone, announced)
    assert PasswordChange.objects.get().subject_key == report.subject_key


def test_others_are_told_the_same(tenant, phone, crm):
    tenant.deliver()
    [received] = crm.received
    assert received.path == "/changes"
    assert is_genuine(received)
    assert received.json["type"] == "password.changed"
    assert received.json["data"]["user_id"] == tenant.user(ALICE)["user_id"]
    assert received.json["data"]["domain"] == tenant.domain
    assert NEW not in received.body
    assert ALICE not in received.body


def test_another_is_down_and_the_site_is_told(site, tenant, phone, crm, output, announced):
    crm.statuses = [503] * 3
    tenant.deliver()
    assert output() == "taken by 1 of 2: 204, 503\n"
    assert len(crm.received) == 3
    has_its_usual_end(site, phone, announced)


def test_the_site_is_down_and_another_is_told(site, tenant, phone, crm, output, monkeypatch):
    """The change is still found: by the next sign-in, the log, or the sweep."""
    monkeypatch.setattr(hook, "take_report", fails(3))
    tenant.deliver()
    assert output() == "taken by 1 of 2: 503, 200\n"
    assert is_genuine(crm.received[0])
    reconcile()
    assert is_in(phone, site)
    assert not ChangeReport.objects.exists()


def test_both_are_down_for_a_moment(site, tenant, phone, crm, output, announced, monkeypatch):
    """What comes again is the same message."""
    monkeypatch.setattr(hook, "take_report", fails(2))
    crm.statuses = [500, 429]
    tenant.deliver()
    assert output() == "taken by 2 of 2: 204, 200\n"
    assert len({received.headers["webhook-id"] for received in crm.received}) == 1
    assert len({received.body for received in crm.received}) == 1
    assert all(is_genuine(received) for received in crm.received)
    has_its_usual_end(site, phone, announced)


def test_who_refuses_is_not_asked_again(site, tenant, phone, crm, output, settings):
    """The site has other secrets than the Action: 400."""
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "ACTION_SECRET": "another-secret-than-that-of-the-Action"}
    crm.statuses = [307]
    tenant.deliver()
    assert output() == "taken by 0 of 2: 400, 307\n"
    assert len(crm.received) == 1
    assert not ChangeReport.objects.exists()
    assert is_in(phone, site)


def test_the_tenant_runs_it_twice(site, tenant, phone, crm, announced):
    """The same message once more: the change and its mail are one."""
    tenant.pushes(duplicate=True)
    tenant.deliver()
    reconcile()
    tenant.deliver()
    assert len({received.headers["webhook-id"] for received in crm.received}) == 1
    has_its_usual_end(site, phone, announced)


def fails(times):
    """`take_report`, with a database that is busy so many times."""
    taken, left = hook.take_report, [ConflictError("busy")] * times

    def take(report):
        if left:
            raise left.pop()
        taken(report)

    return take

"""Pushes on demand: held back, late, lost, twice, out of order; and nobody waits for a receiver."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.tenant import LocalTenant
from tests.tenant.application import ALICE, BOB, LOGIN, SITE
from tests.tenant.pushes.pushing import SCOPES, Pushing
from tests.tenant.steering import seed_with_scopes, steer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.browser import Browser
    from tests.tenant.pushes.receiver import Receiver


@pytest.fixture
def pushing(pushing: Pushing, receiver: Receiver) -> Pushing:
    """Password changes are streamed to the receiver."""
    pushing.plan(scp_after=["hosted", "patch"])
    pushing.stream(receiver.url, "user.success")
    return pushing


def both_change(pushing: Pushing) -> None:
    for user_id in (ALICE, BOB):
        pushing.change(user_id=user_id)


def users(receiver: Receiver) -> list[str]:
    return [log["user_id"] for log in receiver.logs()]


def test_held_back_until_they_are_wanted(pushing: Pushing, receiver: Receiver):
    both_change(pushing)
    assert [push["kind"] for push in pushing.queued()] == ["log", "log"]
    assert receiver.received == []
    pushing.deliver()
    assert users(receiver) == [ALICE, BOB]
    assert pushing.queued() == []


def test_by_themselves_where_nothing_is_held_back(pushing: Pushing, receiver: Receiver):
    pushing.push(hold=False)
    pushing.change()
    assert receiver.asked.wait(10)
    assert users(receiver) == [ALICE]


def test_out_of_order(pushing: Pushing, receiver: Receiver):
    pushing.push(reorder=True)
    both_change(pushing)
    pushing.deliver()
    assert users(receiver) == [BOB, ALICE]


@pytest.mark.parametrize(("duplicate", "posts"), [(True, 4), (1, 3), (False, 2)])
def test_twice(pushing: Pushing, receiver: Receiver, duplicate: bool | int, posts: int):
    pushing.push(duplicate=duplicate)
    for user_id in (ALICE, BOB):
        pushing.change(user_id=user_id)
        pushing.deliver()
    assert len(receiver.received) == posts
    assert len(set(receiver.bodies)) == 2


@pytest.mark.parametrize(("drop", "arrived"), [(True, []), (1, [BOB]), (False, [ALICE, BOB])])
def test_lost(pushing: Pushing, receiver: Receiver, drop: bool | int, arrived: list[str]):
    pushing.push(drop=drop)
    both_change(pushing)
    pushing.deliver()
    assert users(receiver) == arrived
    assert len(pushing.of_type("scp")) == 2


def test_late_by_the_tenants_clock(pushing: Pushing, receiver: Receiver):
    pushing.push(delay_s=90)
    pushing.change()
    assert pushing.deliver(due_only=True) == []
    pushing.tenant.advance(91)
    assert len(pushing.deliver(due_only=True)) == 1
    pushing.change(user_id=BOB)
    pushing.deliver()
    assert users(receiver) == [ALICE, BOB]


def test_only_some_kinds(tenant: LocalTenant, receiver: Receiver, browser: Browser):
    pushing = Pushing.of(tenant, oidc_logout={"backchannel_logout_urls": [f"{receiver.url}/backchannel"]})
    pushing.stream(f"{receiver.url}/logs", "auth.logout.success")
    pushing.push(drop=True, kinds=["log"])
    pushing.sign_in(browser)
    browser.get(f"{tenant.base_url}/v2/logout?client_id={LOGIN[0]}")
    pushing.deliver()
    assert [post.path for post in receiver.received] == ["/backchannel"]


def test_nobody_waits_for_a_slow_receiver(pushing: Pushing, receiver: Receiver):
    """While the receiver thinks, people sign in and change passwords."""
    pushing.change()
    receiver.free.clear()
    with ThreadPoolExecutor() as pool:
        delivery = pool.submit(pushing.deliver)
        assert receiver.asked.wait(10)
        pushing.change(user_id=BOB)
        assert not delivery.done()
        receiver.free.set()
        assert [done["status"] for done in delivery.result(10)] == [200]
    pushing.deliver()
    assert users(receiver) == [ALICE, BOB]


def test_what_was_reset_meanwhile_is_forgotten(pushing: Pushing, receiver: Receiver):
    pushing.change()
    receiver.statuses = [500]
    receiver.free.clear()
    with ThreadPoolExecutor() as pool:
        delivery = pool.submit(pushing.deliver)
        assert receiver.asked.wait(10)
        pushing.tenant.reset()
        receiver.free.set()
        delivery.result(10)
    assert pushing.queued() == []


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        {"colour": 1},
        {"hold": "yes"},
        {"delay_s": -1},
        {"drop": "all"},
        {"kinds": "log"},
        {"kinds": ["x"]},
        {"kinds": [1]},
        {"timeout_s": 0},
    ],
)
def test_what_cannot_be_understood(tenant: LocalTenant, wanted: Any):
    assert steer(tenant, "pushes", wanted).status_code == 400


def test_what_is_queued_can_be_thrown_away(pushing: Pushing, receiver: Receiver):
    pushing.change()
    requests.delete(f"{pushing.tenant.base_url}/_control/pushes", timeout=5)
    assert pushing.deliver() == []
    assert receiver.received == []


def test_a_restart_loses_nothing(receiver: Receiver, tmp_path: Path):
    """Logs, streams, settings and what is queued."""
    seed, state = seed_with_scopes(*SCOPES), tmp_path / "state.json"
    with LocalTenant.start(seed, state=state) as tenant:
        pushing = Pushing(tenant)
        pushing.push(hold=True, timeout_s=1.5)
        pushing.plan(scp_after=["patch"])
        stream = pushing.stream(receiver.url, "user.success")
        pushing.change()
        log = pushing.log("scp")
    with LocalTenant.start(seed, state=state) as tenant:
        pushing = Pushing(tenant)
        assert pushing.push()["timeout_s"] == 1.5
        assert pushing.api("GET", "log-streams").json() == [stream]
        assert pushing.log("scp") == log
        pushing.deliver()
        assert users(receiver) == [ALICE]
        pushing.change(user_id=BOB)
        assert pushing.of_type("scp")[0]["log_id"] > log["log_id"]


def test_the_demonstration_pushes_nothing(tenant: LocalTenant, browser: Browser):
    pushing = Pushing(tenant)
    pushing.sign_in(browser)
    browser.get(f"{tenant.base_url}/v2/logout?client_id={LOGIN[0]}&returnTo={SITE}/")
    assert pushing.queued() == []

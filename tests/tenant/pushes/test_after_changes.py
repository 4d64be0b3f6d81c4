"""The Action after a changed password: late, lost, twice, and by which way of changing at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.tenant.actions.deploying import CHANGED, Deployer
from tests.tenant.application import ALICE, change_password
from tests.tenant.pushes.pushing import NEW, Pushing

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.pushes.receiver import Receiver

TELL = """
  await fetch("{url}/action", {{method: "POST", body: JSON.stringify({{user: event.user.user_id}})}});
"""


@pytest.fixture
def pushing(pushing: Pushing, receiver: Receiver) -> Pushing:
    """An Action tells the receiver of every change."""
    Deployer(pushing).run(TELL.format(url=receiver.url), trigger=CHANGED)
    return pushing


def told(receiver: Receiver) -> list[str]:
    return [json.loads(body)["user"] for body in receiver.bodies]


def test_it_runs_after_the_answer(pushing: Pushing, receiver: Receiver, browser: Browser):
    """Delayed."""
    change_password(browser, pushing.ticket(ALICE), NEW)
    assert told(receiver) == []
    assert [done["kind"] for done in pushing.deliver()] == ["post-change-password"]
    assert told(receiver) == [ALICE]


@pytest.mark.parametrize(("setting", "times"), [("drop", 0), ("duplicate", 2)])
def test_it_can_be_lost_and_doubled(pushing: Pushing, receiver: Receiver, browser: Browser, setting: str, times: int):
    """Lost or doubled; other kinds of pushes are not meant."""
    pushing.push(**{setting: True}, kinds=["post-change-password"])
    change_password(browser, pushing.ticket(ALICE), NEW)
    pushing.deliver()
    assert told(receiver) == [ALICE] * times


@pytest.mark.parametrize("also", [False, True])
def test_after_a_patch_only_by_a_switch(pushing: Pushing, receiver: Receiver, also: bool):
    """Per way of changing."""
    pushing.plan(post_change_action_after=["hosted", "patch"] if also else ["hosted"])
    pushing.change()
    pushing.deliver()
    assert told(receiver) == [ALICE] * also


def test_a_receiver_that_is_slow_keeps_nobody_waiting(pushing: Pushing, receiver: Receiver):
    pushing.plan(post_change_action_after=["patch"])
    receiver.free.clear()
    pushing.push(hold=False)
    pushing.change()
    assert receiver.asked.wait(10)
    assert pushing.api("GET", f"users/{ALICE}").status_code == 200
    receiver.free.set()

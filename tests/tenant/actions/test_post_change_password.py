"""Actions after a change: later, perhaps twice, perhaps never, by the way it was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tenant.actions.deploying import CHANGED
from tests.tenant.application import BOB, DATABASE, change_password
from tests.tenant.steering import steer

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.application import Application

NEW = "Brand-New-Start-7!"
SHOW = "console.log(JSON.stringify([event.user.user_id, event.connection.name, Object.keys(api)]))"


@pytest.fixture(autouse=True)
def held(app: Application) -> None:
    steer(app.tenant, "pushes", {"hold": True})


def deliver(app: Application) -> list[dict[str, Any]]:
    url = f"{app.tenant.base_url}/_control/deliver"
    return list(requests.post(url, json={}, timeout=10).json()["delivered"])


def change(app: Application, browser: Browser) -> None:
    change_password(browser, app.ticket(BOB), NEW)
    assert browser.page.h1 == "Password changed"


def test_a_moment_after_the_change(deployer: Deployer, app: Application, browser: Browser):
    deployer.run(SHOW, trigger=CHANGED)
    change(app, browser)
    assert deployer.executions() == []
    deliver(app)
    assert deployer.output() == f'["{BOB}","{DATABASE}",["cache"]]\n'
    assert deployer.executions()[0]["trigger_id"] == CHANGED


def test_what_the_event_has_and_has_not(deployer: Deployer, app: Application, browser: Browser):
    deployer.run(
        "console.log(Object.keys(event).sort().join(), event.user.app_metadata, event.user.last_password_reset)",
        trigger=CHANGED,
    )
    change(app, browser)
    moment = app.tenant.user("bob@example.com")["last_password_reset"]
    deliver(app)
    assert deployer.output() == f"connection,request,secrets,tenant,user undefined {moment}\n"


def test_nobody_waits_for_it_and_an_error_changes_nothing(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("throw new Error('lost')", trigger=CHANGED)
    change(app, browser)
    deliver(app)
    assert deployer.executions()[0]["results"][0]["error"]["msg"] == "lost"
    assert deliver(app) == []


def test_by_default_a_patch_does_not_cause_it(deployer: Deployer, app: Application):
    """Not known of Auth0."""
    deployer.run(SHOW, trigger=CHANGED)
    for causes, runs in ((["hosted"], 0), (["hosted", "patch"], 1)):
        app.plan(post_change_action_after=causes)
        body = {"password": f"{NEW}{runs}", "connection": DATABASE}
        assert app.api("PATCH", f"users/{BOB}", json=body).status_code == 200
        deliver(app)
        assert len(deployer.executions()) == runs


@pytest.mark.parametrize(("settings", "runs"), [({"drop": True}, 0), ({"duplicate": True}, 2), ({"delay_s": 60}, 1)])
def test_lost_doubled_or_late(
    deployer: Deployer, app: Application, browser: Browser, settings: dict[str, Any], runs: int
):
    deployer.run(SHOW, trigger=CHANGED)
    steer(app.tenant, "pushes", settings)
    change(app, browser)
    deliver(app)
    assert len(deployer.executions()) == runs


def test_by_itself_in_the_running_demonstration(deployer: Deployer, app: Application, browser: Browser):
    """It calls back into the tenant, which nothing holds up."""
    deployer.run(f"console.log((await fetch('{app.tenant.base_url}/userinfo')).status)", trigger=CHANGED)
    change(app, browser)
    deliver(app)
    assert deployer.output() == "401\n"


def test_without_actions_nothing_is_queued(app: Application, browser: Browser):
    change(app, browser)
    assert [item for item in deliver(app) if item["kind"] == CHANGED] == []

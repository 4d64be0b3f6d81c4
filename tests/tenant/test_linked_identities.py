"""A user with a social main identity and a linked database one.

Seeds cannot link identities, so the link is written into the state file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Browser
from tests.support.tenant import LocalTenant, demo_seed
from tests.tenant.application import BOB, CAROL, DATABASE, SITE, Application, callback, change_password

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEW = "Brand-New-Start-7!"
IDENTITY = {"user_id": BOB.removeprefix("auth0|"), "provider": "auth0"}


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Application]:
    """Bob's account becomes a part of Carol's; it keeps its own address and password."""
    state = tmp_path / "state.json"
    LocalTenant.start(demo_seed(SITE), state=state).stop()
    saved = json.loads(state.read_text())
    users = saved["state"]["users"]
    bob = users.pop(BOB)
    secondary = {**bob["profile"]["identities"][0], "profileData": {"email": "bob@example.com"}}
    users[CAROL]["profile"]["identities"].append(secondary)
    users[CAROL]["password_hashes"] = bob["password_hashes"]
    state.write_text(json.dumps(saved))
    with LocalTenant.start(state=state) as tenant:
        yield Application(tenant)


def test_the_main_identity_has_no_password_the_named_one_has(linked: Application, browser: Browser):
    reply = linked.api("POST", "tickets/password-change", json={"user_id": CAROL})
    words = "The user's main connection does not support this operation."
    assert (reply.status_code, reply.json()["message"]) == (400, words)
    change_password(browser, linked.ticket(CAROL, identity=IDENTITY), NEW)
    assert browser.page.h1 == "Password changed"
    assert linked.tenant.user("carol@example.com")["last_password_reset"]


def test_a_change_ends_only_the_sessions_of_its_identity(linked: Application):
    by_google, by_password = Browser(stop_at=SITE), Browser(stop_at=SITE)
    by_google.get(linked.authorize_url(connection="google-oauth2"))
    by_google.submit("Carol Singh carol@example.com")
    assert linked.claims(linked.sign_in(by_password, "bob@example.com"))["sub"] == CAROL
    change_password(Browser(), linked.ticket(CAROL, identity=IDENTITY), NEW)
    for person, answer in ((by_google, "code"), (by_password, "error")):
        person.get(linked.authorize_url(prompt="none"))
        assert answer in callback(person)


def test_a_forgotten_password_is_mailed_to_the_linked_address(linked: Application, browser: Browser):
    browser.get(linked.authorize_url(connection=DATABASE))
    browser.click("Forgot password?")
    browser.submit("Continue", email="bob@example.com")
    assert [mail["to"] for mail in linked.tenant.mails()] == ["bob@example.com"]

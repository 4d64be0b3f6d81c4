"""POST and DELETE /users/{id}/identities: as recorded by go-auth0 (TestUserManager_Link, _Unlink)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import ALICE, BOB, CAROL, ERIN, Application, callback

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser

ERINS_GOOGLE = "google-oauth2|113870294466120537918"


def link(app: Application, primary: str, secondary: str) -> list[dict[str, Any]]:
    provider = secondary.partition("|")[0]
    reply = app.api("POST", f"users/{primary}/identities", json={"provider": provider, "user_id": secondary})
    assert reply.status_code == 201, reply.text
    return list(reply.json())


def test_both_identities_come_with_profile_data(app: Application):
    main, linked = link(app, ALICE, CAROL)
    assert (main["profileData"]["email"], linked["profileData"]["email"]) == ("alice@example.com", "carol@example.com")
    assert linked["profileData"]["email_verified"] is True
    assert (linked["provider"], linked["user_id"], linked["isSocial"]) == (*CAROL.split("|"), True)


def test_the_other_is_no_user_any_more(app: Application):
    app.api("PATCH", f"users/{BOB}", json={"app_metadata": {"kept": "no"}})
    link(app, ALICE, BOB)
    assert app.api("GET", f"users/{BOB}").status_code == 404
    alice = app.api("GET", f"users/{ALICE}").json()
    assert [item["user_id"] for item in alice["identities"]] == [ALICE[6:], BOB[6:]]
    assert "profileData" not in alice["identities"][0]
    assert "app_metadata" not in alice


def test_either_way_in_is_the_same_user(app: Application, browser: Browser):
    """The password of the linked identity comes along."""
    link(app, CAROL, BOB)
    assert app.claims(app.sign_in(browser, "bob@example.com"))["sub"] == CAROL
    ticket = app.ticket(CAROL, identity={"provider": "auth0", "user_id": BOB[6:]})
    browser.get(ticket)
    assert "bob@example.com" in browser.page.visible_text


class TestUnlinking:
    def test_it_is_a_user_of_its_own_again(self, app: Application, browser: Browser):
        link(app, ALICE, BOB)
        reply = app.api("DELETE", f"users/{ALICE}/identities/auth0/{BOB[6:]}")
        assert (reply.status_code, [item["user_id"] for item in reply.json()]) == (200, [ALICE[6:]])
        bob = app.api("GET", f"users/{BOB}").json()
        assert (bob["email"], bob["name"], bob["identities"][0]["connection"]) == (
            "bob@example.com",
            "Bob Miller",
            "Username-Password-Authentication",
        )
        assert "app_metadata" not in bob
        assert app.claims(app.sign_in(browser, "bob@example.com"))["sub"] == BOB

    def test_a_social_one(self, app: Application, browser: Browser):
        assert app.api("DELETE", f"users/{ERIN}/identities/{ERINS_GOOGLE.replace('|', '/')}").status_code == 200
        assert app.api("GET", f"users/{ERINS_GOOGLE}").json()["email"] == "erin.walsh@example.org"
        browser.get(app.authorize_url(connection="google-oauth2"))
        browser.submit("Erin W. erin.walsh@example.org")
        assert app.claims(callback(browser))["sub"] == ERINS_GOOGLE

    @pytest.mark.parametrize(("path", "status"), [(f"auth0/{ERIN[6:]}", 400), ("auth0/nothing", 404)])
    def test_what_cannot_be_unlinked(self, app: Application, path: str, status: int):
        assert app.api("DELETE", f"users/{ERIN}/identities/{path}").status_code == status


@pytest.mark.parametrize(
    ("primary", "body", "status"),
    [
        (ALICE, {"provider": "auth0"}, 400),
        (ALICE, {"link_with": "a.b.c"}, 400),
        (ALICE, {"provider": "auth0", "user_id": ALICE}, 400),
        (ALICE, {"provider": "auth0", "user_id": BOB, "connection_id": "con_none"}, 400),
        (ALICE, {"provider": "auth0", "user_id": "nobody"}, 404),
        ("auth0|nobody", {"provider": "auth0", "user_id": BOB}, 404),
        (ALICE, {"provider": "google-oauth2", "user_id": ERINS_GOOGLE}, 409),
    ],
)
def test_what_cannot_be_linked(app: Application, primary: str, body: dict[str, Any], status: int):
    assert app.api("POST", f"users/{primary}/identities", json=body).status_code == status


def test_by_the_library(auth0: Auth0, database_id: str):
    linked = auth0.users.identities.link(ALICE, provider="auth0", user_id=BOB, connection_id=database_id)
    assert [item.user_id for item in linked] == [ALICE[6:], BOB[6:]]
    left = auth0.users.identities.delete(ALICE, "auth0", BOB[6:])
    assert [item.user_id for item in left] == [ALICE[6:]]
    assert [item.id for item in auth0.users.organizations.list(ALICE)] == ["org_7RiversideLibrary"]

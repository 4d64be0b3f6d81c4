"""GET /users: Lucene's syntax as far as it is played, an index that lags behind, pages that end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from auth0.management.core.api_error import ApiError

from tests.tenant.application import ALICE, BOB, CAROL, DATABASE, ERIN, FRANK, Application

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.tenant import LocalTenant

FLAGGED = "app_metadata.needsPasswordReset:true"


def found(app: Application, q: str) -> set[str]:
    reply = app.api("GET", "users", params={"q": q, "search_engine": "v3"})
    assert reply.status_code == 200, reply.text
    return {user["user_id"] for user in reply.json()}


def refusal(app: Application, **params: Any) -> dict[str, Any]:
    reply = app.api("GET", "users", params=params)
    assert reply.status_code == 400, reply.text
    assert reply.json().keys() == {"statusCode", "error", "message", "errorCode"}
    return dict(reply.json())


def create(app: Application, email: str = "judy@example.com", **fields: Any) -> str:
    body = {"connection": DATABASE, "email": email, "password": "Curious-Lantern-9!", "verify_email": False, **fields}
    reply = app.api("POST", "users", json=body)
    assert reply.status_code == 201, reply.text
    return str(reply.json()["user_id"])


class TestQueries:
    """The two that a site needs: who is flagged, and several users by their ids."""

    def test_the_flagged(self, app: Application):
        assert found(app, FLAGGED) == {BOB}
        assert found(app, f'{FLAGGED} AND identities.connection:"{DATABASE}"') == {BOB}
        assert found(app, f'{FLAGGED} AND identities.connection:"google-oauth2"') == set()

    def test_by_ids(self, app: Application):
        assert found(app, f'user_id:("{BOB}" OR "{ALICE}")') == {BOB, ALICE}
        assert found(app, f'user_id:"{BOB}" OR user_id:"{CAROL}"') == {BOB, CAROL}
        assert found(app, r"user_id:auth0\|64f0c0ffee00000000000b0b") == {BOB}

    @pytest.mark.parametrize(
        ("q", "who"),
        [
            ('email:"alice@example.com"', {ALICE}),
            ('email:"ALICE@example.com"', {ALICE}),
            ('name:"alice EXAMPLE"', {ALICE}),
            ('email.domain:"example.com" AND identities.isSocial:true', {CAROL, ERIN, FRANK}),
            ("_exists_:app_metadata.needsPasswordReset", {BOB}),
            (f'NOT _exists_:logins_count AND (email:"alice@example.com" OR user_id:"{BOB}")', {ALICE, BOB}),
            (f'user_id:"{BOB}" OR user_id:"{ALICE}" AND name:"nobody"', {BOB}),
        ],
    )
    def test_syntax(self, app: Application, q: str, who: set[str]):
        assert found(app, q) == who

    def test_metadata_of_every_kind(self, app: Application, tenant: LocalTenant):
        metadata = {"plan": "Gold", "size": 13, "cities": ["Paris", "Seattle"], "none": None, "empty": {}}
        judy = create(app, app_metadata=metadata)
        tenant.advance(2)
        for q in ('app_metadata.plan:"Gold"', "app_metadata.size:13", 'app_metadata.cities:"Seattle"'):
            assert found(app, q) == {judy}
        for q in ('app_metadata.plan:"gold"', "_exists_:app_metadata.none", "_exists_:app_metadata.empty"):
            assert found(app, q) == set()

    @pytest.mark.parametrize(
        "q",
        [
            "bob", "email:bob*", "logins_count:[1 TO 5]", 'email:"bob', "email:", "(email:bob", "email:a name:b",
            'last_password_reset:"2026-03-14"', "_exists_:last_password_reset", "colour:red", ")", "NOT",
        ],
    )  # fmt: skip
    def test_what_is_not_played_is_refused(self, app: Application, q: str):
        """``last_password_reset`` can be exported, not searched."""
        assert refusal(app, q=q)["errorCode"] == "invalid_query_string"


class TestTheIndex:
    """Eventually consistent; reading by id or address is not."""

    def test_who_is_new_is_found_a_moment_later(self, app: Application, tenant: LocalTenant):
        judy = create(app)
        assert app.api("GET", f"users/{judy}").status_code == 200
        assert len(app.api("GET", "users-by-email?email=judy@example.com").json()) == 1
        assert found(app, 'email:"judy@example.com"') == set()
        tenant.advance(1)
        assert found(app, 'email:"judy@example.com"') == {judy}

    def test_a_change_is_noticed_a_moment_later(self, app: Application, tenant: LocalTenant):
        app.api("PATCH", f"users/{BOB}", json={"app_metadata": {"needsPasswordReset": False}})
        assert found(app, FLAGGED) == {BOB}
        app.api("PATCH", f"users/{BOB}", json={"app_metadata": {"needsPasswordReset": None}})
        tenant.advance(1)
        assert found(app, FLAGGED) == set()

    def test_who_is_gone_is_found_a_moment_longer(self, app: Application, tenant: LocalTenant):
        assert app.api("DELETE", f"users/{BOB}").status_code == 204
        assert found(app, FLAGGED) == {BOB}
        tenant.advance(1)
        assert found(app, FLAGGED) == set()

    def test_each_state_has_its_time(self, app: Application, tenant: LocalTenant):
        tenant.plan(search_index_delay_s=10)
        for name in ("One", "Two"):
            app.api("PATCH", f"users/{ALICE}", json={"name": name})
            tenant.advance(5)
        assert found(app, 'name:"One"') == {ALICE}
        tenant.advance(5)
        assert found(app, 'name:"Two"') == {ALICE}

    def test_without_delay(self, app: Application, tenant: LocalTenant):
        tenant.plan(search_index_delay_s=0)
        assert found(app, 'email:"judy@example.com"') == set()
        assert found(app, f'user_id:"{create(app)}"') != set()


class TestPages:
    def test_with_totals_as_recorded(self, app: Application):
        reply = app.api("GET", 'users?include_totals=true&per_page=50&q=email:"bob@example.com"&search_engine=v3')
        body = reply.json()
        assert body.keys() == {"start", "limit", "length", "users", "total"}
        assert (body["start"], body["limit"], body["length"], body["total"]) == (0, 50, 1, 1)

    def test_sorted_and_cut(self, app: Application):
        emails = [user["email"] for user in app.api("GET", "users?sort=email:-1&fields=email").json()]
        assert emails == sorted(emails, reverse=True)
        reply = app.api("GET", "users?sort=email:1&per_page=2&page=1&fields=email&include_fields=true")
        assert reply.json() == [{"email": email} for email in sorted(emails)[2:4]]

    @pytest.mark.parametrize(
        ("params", "words"),
        [
            ({"per_page": "101"}, "Value 101 is greater than maximum 100' on property per_page"),
            ({"page": "-1"}, "Expected type integer"),
            ({"include_totals": "yes"}, "Expected type boolean"),
            ({"sort": "app_metadata.x:1"}, "String does not match pattern"),
            ({"sort": "email"}, "String does not match pattern"),
            ({"search_engine": "v2"}, "No enum match"),
            ({"colour": "red"}, "Additional properties not allowed: colour"),
        ],
    )
    def test_parameters_that_are_refused(self, app: Application, params: dict[str, str], words: str):
        body = refusal(app, **params)
        assert (body["errorCode"], words in body["message"]) == ("invalid_query_string", True)

    def test_beyond_a_thousand(self, app: Application):
        """auth0/node-auth0#1246"""
        body = refusal(app, page="10", per_page="100")
        assert body["errorCode"] == "invalid_paging"
        assert body["message"].startswith("You can only page through the first 1000 records.")
        assert app.api("GET", "users?page=9&per_page=100").json() == []

    def test_the_librarys_pager_ends(self, auth0: Auth0, tenant: LocalTenant):
        people = [user.user_id for user in auth0.users.list(per_page=3, sort="user_id:1")]
        assert people == sorted(user["user_id"] for user in tenant.users())
        flagged = auth0.users.list(q=FLAGGED, search_engine="v3", fields="user_id", include_fields=True)
        assert [user.user_id for user in flagged] == [BOB]
        with pytest.raises(ApiError) as refused:
            auth0.users.list(q="bob*")
        assert refused.value.status_code == 400


def test_a_scope_is_needed(app: Application, tenant: LocalTenant, seed: dict[str, Any]):
    seed["clients"][1]["scopes"] = ["update:users"]
    tenant.seed(seed)
    reply = app.api("GET", "users")
    assert (reply.status_code, reply.json()["errorCode"]) == (403, "insufficient_scope")

"""Seeds: what they plant, and errors that name the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.tenant import demo_seed
from tests.tenant.application import ALICE, BOB, CAROL, LOGIN

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant


def test_seeding(tenant: LocalTenant):
    seed = demo_seed()
    seed["users"] = seed["users"][:2]
    tenant.seed(seed)
    assert [user["user_id"] for user in tenant.users()] == [BOB, ALICE]


@pytest.mark.parametrize(
    ("place", "change", "message"),
    [
        ((), {"user": []}, "the seed: unknown key 'user'"),
        (("users", 0), {"emial": "x"}, "users[0]: unknown key 'emial'"),
        (("users", 0), {"email": "Bob@example.com"}, "users[0].email: must be an e-mail address in lower case"),
        (("users", 0), {"email_verified": "yes"}, "users[0].email_verified: must be true or false"),
        (("users", 0), {"last_password_reset": "yesterday"}, "users[0].last_password_reset: must be an ISO time"),
        (("users", 0), {"connection": "none"}, "there is no connection 'none'"),
        (("users", 0), {"mfa": ["otp"]}, "users[0].mfa: must be an object"),
        (("users", 0), {"mfa": {"otp_secret": "1"}}, "users[0].mfa.otp_secret: must be a secret of 24 characters"),
        (("users", 0), {"mfa": {"otp_secret": "MZXW6YTB"}}, "users[0].mfa.otp_secret: must be a secret of 24"),
        (("users", 0), {"mfa": {"sms": "1"}}, "users[0].mfa: unknown key 'sms'"),
        (("users", 0), {"user_id": "bob"}, "users[0].user_id: must be an id"),
        (("users", 2), {"password": "x"}, "users[2]: only database users have a password"),
        (("users", 1), {"email": "bob@example.com"}, "the same connection and email twice"),
        (("users", 1), {"user_id": BOB}, "the same user_id twice"),
        (("users", 5, "linked", 0), {"user_id": CAROL}, "the same user_id twice"),
        (("users", 5, "linked", 0), {"email": "carol@example.com"}, "the same connection and email twice"),
        (("users", 5, "linked", 0), {"password": "x"}, "users[5].linked[0]: only database users have a password"),
        (("users", 5, "linked", 0), {"connection": "none"}, "users[5].linked[0]: there is no connection 'none'"),
        (("users", 5, "linked", 0), {"story": "x"}, "users[5].linked[0]: unknown key 'story'"),
        (("organizations", 0), {"members": ["nobody@example.com"]}, "there is no user 'nobody@example.com'"),
        (("organizations", 0), {"connections": ["none"]}, "organizations[0]: there is no connection 'none'"),
        (("organizations", 0), {"id": "riverside"}, "organizations[0].id: must be an id such as org_"),
        (("organizations", 0), {"name": "Riverside"}, "organizations[0].name: must be lower case letters"),
        (("organizations", 0), {"invitations": [{"email": "x@example.com"}]}, "the key 'ticket_id' is missing"),
        (("clients", 0), {"organization_usage": "maybe"}, "organization_usage: must be one of deny, allow, require"),
        (("plan",), {"mfa_at_login": "yes"}, "seed: plan: bad value for 'mfa_at_login'"),
        (("plan",), {"mfa": True}, "seed: plan: unknown key 'mfa'"),
        (("users", 4, "site"), {"is_boss": True}, "users[4].site: unknown key 'is_boss'"),
        (("clients", 0), {"callback": "x"}, "clients[0]: unknown key 'callback'"),
        (("clients", 0), {"callbacks": "x"}, "clients[0].callbacks: must be a list of texts"),
        (("clients", 1), {"client_id": LOGIN[0]}, "the same client_id twice"),
        (("connections", 0, "options"), {"passwordPolicy": "best"}, "passwordPolicy: must be one of"),
        (("connections", 0, "options"), {"colour": 1}, "connections[0].options: unknown key 'colour'"),
        (("connections", 0, "options", "password_history"), {"size": -1}, "password_history.size: must be a whole"),
    ],
)
def test_seed_errors_name_the_place(tenant: LocalTenant, place: tuple[Any, ...], change: dict[str, Any], message: str):
    seed: Any = demo_seed()
    item = seed
    for step in place:
        item = item[step]
    item.update(change)
    reply = post(tenant, "seed", seed)
    assert reply.status_code == 400
    assert message in reply.json()["error"]
    assert len(tenant.users()) == len(demo_seed()["users"])


@pytest.mark.parametrize(
    ("table", "index", "key"), [("users", 0, "password"), ("users", 0, "connection"), ("clients", 0, "client_id")]
)
def test_missing_keys(tenant: LocalTenant, table: str, index: int, key: str):
    seed = demo_seed()
    del seed[table][index][key]
    assert f"{table}[{index}]" in post(tenant, "seed", seed).json()["error"]


@pytest.mark.parametrize("key", ["connection", "user_id"])
def test_missing_keys_of_a_linked_identity(tenant: LocalTenant, key: str):
    seed = demo_seed()
    del seed["users"][5]["linked"][0][key]
    assert f"users[5].linked[0]: the key '{key}' is missing" in post(tenant, "seed", seed).json()["error"]


def test_a_linked_database_identity_needs_a_password(tenant: LocalTenant):
    seed = demo_seed()
    del seed["users"][6]["linked"][0]["password"]
    assert "users[6].linked[0]: a database user needs a password" in post(tenant, "seed", seed).json()["error"]


def test_an_organization_is_named_once(tenant: LocalTenant):
    seed = demo_seed()
    seed["organizations"].append({**seed["organizations"][0], "id": "org_other"})
    assert "organizations: the same name twice: 'riverside-library'" in post(tenant, "seed", seed).json()["error"]


def post(tenant: LocalTenant, path: str, body: Any) -> requests.Response:
    return requests.post(f"{tenant.base_url}/_control/{path}", json=body, timeout=5)

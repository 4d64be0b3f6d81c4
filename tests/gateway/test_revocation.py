"""Ending what began before a change: on the wire, and at the local tenant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auth0_password import exceptions as errors
from auth0_password.gateway import Revoked, get_gateway
from tests.gateway.people import BOB
from tests.gateway.wire import answer
from tests.stories.people import ALICE, ALICES, sign_in
from tests.support.browser import Browser
from tests.support.tenant import demo_seed

CHANGE = datetime(2026, 11, 20, 9, tzinfo=UTC)
BEFORE, AFTER = "2026-11-20T08:59:59.000Z", "2026-11-20T09:00:00.000Z"
SESSIONS, TOKENS = "GET /api/v2/users/[^/]*/sessions", "GET /api/v2/users/[^/]*/refresh-tokens"
SCOPES = {"read:sessions", "delete:sessions", "read:refresh_tokens", "delete:refresh_tokens"}


@pytest.fixture
def listed(wire):
    """Bob has two sessions and a token that are older than the change, and one of each that is not."""
    rows = [
        {"id": "s1", "user_id": BOB, "created_at": BEFORE, "authenticated_at": BEFORE},
        {"id": "s2", "user_id": BOB, "created_at": BEFORE, "authenticated_at": AFTER},
        {"id": "s3", "user_id": BOB, "created_at": BEFORE},
    ]
    tokens = [{"id": "t1", "user_id": BOB, "created_at": BEFORE}, {"id": "t2", "user_id": BOB, "created_at": AFTER}]
    wire.script[SESSIONS] = answer(200, {"sessions": rows})
    wire.script[TOKENS] = answer(200, {"tokens": tokens})
    wire.script["DELETE /api/v2/"] = answer(202, {})
    return wire


def ended(wire):
    return [asked.rsplit("/", 1)[1] for asked in wire.asked if asked.startswith("DELETE")]


def test_what_authenticated_before_the_change_and_nothing_else(listed, gateway):
    assert gateway.revoke_access(BOB, before=CHANGE) == Revoked(sessions=2, tokens=1)
    assert ended(listed) == ["s1", "s3", "t1"]


def test_all_of_it(listed, gateway):
    assert gateway.revoke_access(BOB, before=None) == Revoked(sessions=3, tokens=2)


def test_what_is_gone_already_is_no_trouble(listed, gateway):
    listed.script["DELETE /api/v2/sessions/s1"] = answer(404, {"statusCode": 404, "error": "Not Found"})
    assert gateway.revoke_access(BOB, before=CHANGE) == Revoked(sessions=1, tokens=1)


@pytest.mark.parametrize("path", [SESSIONS, "DELETE /api/v2/sessions/"])
@pytest.mark.parametrize("code", ["insufficient_entitlement", "insufficient_scope"])
def test_a_plan_or_scopes_without_sessions(listed, gateway, path, code):
    listed.script[path] = answer(403, {"statusCode": 403, "error": "Forbidden", "errorCode": code})
    assert gateway.revoke_access(BOB, before=CHANGE) == Revoked(sessions=None, tokens=1)


@pytest.mark.parametrize(
    ("path", "kind"),
    [(SESSIONS, errors.GatewayUnavailableError), ("DELETE /api/v2/", errors.UnknownOutcomeError)],
)
def test_a_failure_on_the_way_is_one(listed, gateway, path, kind):
    listed.script[path] = answer(500, {"statusCode": 500})
    with pytest.raises(errors.GatewayError) as caught:
        gateway.revoke_access(BOB, before=CHANGE)
    assert type(caught.value) is kind


@pytest.mark.parametrize("body", ["<h1>Welcome</h1>", {}, []])
def test_somebody_else_who_says_well_done(listed, gateway, body):
    """Auth0 answers with 202 or 204."""
    listed.script["DELETE /api/v2/"] = answer(200, body)
    with pytest.raises(errors.UnknownOutcomeError):
        gateway.revoke_access(BOB, before=CHANGE)


@pytest.mark.parametrize("body", [{}, {"sessions": None}, {"sessions": "s1"}, {"tokens": []}])
def test_an_answer_without_a_list_is_no_empty_one(listed, gateway, body):
    listed.script[SESSIONS] = answer(200, body)
    with pytest.raises(errors.UnexpectedAnswerError):
        gateway.revoke_access(BOB, before=CHANGE)


def test_a_token_is_ended_without_a_word(listed, gateway):
    listed.script["DELETE /api/v2/refresh-tokens"] = answer(204, "")
    assert gateway.revoke_access(BOB, before=CHANGE).tokens == 1


def test_nobody(wire, gateway):
    wire.script[SESSIONS] = answer(404, {"statusCode": 404, "error": "Not Found"})
    with pytest.raises(errors.UnknownUserError):
        gateway.revoke_access("auth0|nobody", before=None)


@pytest.fixture
def alice(site, tenant):
    """Alice signed in on two devices, the second a minute after the first; the moment in between."""
    seed = demo_seed(site)
    seed["clients"][1]["scopes"] += sorted(SCOPES)
    tenant.seed(seed)
    first, second = Browser(), Browser()
    sign_in(first, f"{site}/loans/", ALICE, ALICES)
    between = datetime.fromisoformat(tenant.advance(30))
    tenant.advance(30)
    sign_in(second, f"{site}/loans/", ALICE, ALICES)
    return between


@pytest.mark.django_db(transaction=True)
def test_at_the_local_tenant(alice, tenant):
    subject = tenant.user(ALICE)["user_id"]
    assert get_gateway().revoke_access(subject, before=alice) == Revoked(sessions=1, tokens=0)
    tenant.advance(5)
    assert get_gateway().revoke_access(subject, before=alice) == Revoked(sessions=0, tokens=0)
    assert get_gateway().revoke_access(subject, before=None) == Revoked(sessions=1, tokens=0)


@pytest.mark.django_db(transaction=True)
def test_at_a_tenant_with_a_smaller_plan(alice, tenant):
    tenant.plan(subscription="professional")
    assert get_gateway().revoke_access(tenant.user(ALICE)["user_id"], before=None).sessions is None

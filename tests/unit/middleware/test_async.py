"""The same decision in an async stack, for no more queries."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper

from auth0_password.services import end_sessions
from tests.unit.middleware.site import BACKENDS, CANARY, CLOSED

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.unit.middleware.site")]


@pytest.mark.django_db(transaction=True)
async def test_async_by_the_same_rules(flagged, async_client):
    async_client.cookies = flagged.cookies
    for url in CLOSED:
        answer = await async_client.get(url)
        assert (answer.status_code, answer.url) == (303, f"/account/required/?next={url}"), url
    assert (await async_client.get("/public/")).status_code == 200
    answer = await async_client.get("/closed/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "password_reset_required")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("backend", [*BACKENDS, "social_core.backends.auth0.Auth0OAuth2"])
async def test_async_for_whoever_is_not_blocked(bob, async_client, settings, backend):
    settings.AUTHENTICATION_BACKENDS = [*BACKENDS, "social_core.backends.auth0.Auth0OAuth2"]
    await async_client.aforce_login(bob, backend=backend)
    for url in ("/closed/", "/closed-async/", "/public-user/"):
        assert (await async_client.get(url)).status_code == 200, url


@pytest.mark.django_db(transaction=True)
async def test_async_ended(bob, async_client, later):
    await async_client.aforce_login(bob, backend=BACKENDS[0])
    await sync_to_async(end_sessions)(bob)
    assert (await async_client.get("/closed-async/")).url == "/account/login/?next=/closed-async/"
    assert CANARY in (await async_client.get("/public/")).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", ["/closed-async/", "/public-async/"])
async def test_async_unreadable(bob, async_client, monkeypatch, url):
    await async_client.aforce_login(bob, backend=BACKENDS[0])

    async def broken(*_args):
        raise DatabaseError

    monkeypatch.setattr("auth0_password.backends.aload", broken)
    async_client.raise_request_exception = False
    assert (await async_client.get(url)).status_code == 503


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("url", "queries"), [("/closed-async/", 2), ("/public-async/", 2), ("/public/", 0)])
async def test_async_costs_no_more_queries(bob, async_client, monkeypatch, url, queries):
    """Counted at the cursor: the request has a connection of its own, in its own thread."""
    await async_client.aforce_login(bob, backend=BACKENDS[0])
    seen, execute = [], CursorWrapper.execute

    def counted(self, sql, params=None):
        seen.append(sql)
        return execute(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", counted)
    assert (await async_client.get(url)).status_code == 200
    assert len([sql for sql in seen if sql.startswith("SELECT")]) == queries, seen

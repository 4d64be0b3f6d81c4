"""A tenant that posts to the site, as Auth0 does."""

from __future__ import annotations

import json
import time

import pytest
from django.test import Client
from django.urls import reverse

from auth0_password.models import PasswordState
from auth0_password.webhooks.signatures import sign

SECRET = "whsec_bGV0IHVzIGNhbGwgdGhpcyBhIHNlY3JldCBvZiBvdXJz"
TOKEN = "Bearer 4f2c8e9a7b6d5c3f1e0a9b8c7d6e5f4a"
BOB, ALICE = "auth0|bob", "auth0|alice"


@pytest.fixture
def action_secret(settings, monkeypatch):
    monkeypatch.setitem(settings.AUTH0_PASSWORD, "ACTION_SECRET", SECRET)
    return SECRET


@pytest.fixture
def log_token(settings, monkeypatch):
    monkeypatch.setitem(settings.AUTH0_PASSWORD, "LOG_STREAM_TOKEN", TOKEN)
    return TOKEN


@pytest.fixture
def machine():
    """Somebody without a session, whom CSRF would stop."""
    return Client(enforce_csrf_checks=True)


def event(settings, user_id=BOB, **data):
    """What the tenant's Action reports."""
    known = {
        "domain": settings.SOCIAL_AUTH_AUTH0_DOMAIN,
        "user_id": user_id,
        "connection": "Username-Password-Authentication",
        "last_password_reset": "2026-11-20T09:00:30.123Z",
        "ip": "203.0.113.9",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
        "correlation_id": "c0ffee",
    }
    return {"type": "password.changed", "timestamp": "2026-11-20T09:00:31.000Z", "data": known | data}


@pytest.fixture
def report(machine, settings):
    """Post an event of the Action's, signed; anything about the request can be another."""

    def post(body=None, *, secret=SECRET, name="msg_1", at=None, headers=None, **data):
        raw = (
            body if isinstance(body, bytes) else json.dumps(event(settings, **data) if body is None else body).encode()
        )
        sent_at = int(time.time()) if at is None else at
        known = {
            "webhook-id": name,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": sign(secret, name, sent_at, raw),
        }
        return machine.post(
            reverse("auth0_password:hook_action"),
            raw,
            content_type="application/json",
            headers={key: value for key, value in (known | (headers or {})).items() if value is not None},
        )

    return post


@pytest.fixture
def stream(machine):
    """Post to the log stream's address."""

    def post(body, *, token=TOKEN):
        raw = body if isinstance(body, bytes) else body.encode()
        headers = {} if token is None else {"Authorization": token}
        return machine.post(reverse("auth0_password:hook_logs"), raw, content_type="application/json", headers=headers)

    return post


def is_due(user):
    """Whether somebody said that this user may have changed."""
    return PasswordState.objects.get(user=user).check_due_at is not None

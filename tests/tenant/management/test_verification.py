"""Verifying an address: tickets, mails, and the page that their links open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import ALICE, BOB, ERIN, LOGIN, RIVERSIDE, Application

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

TICKETS = "tickets/email-verification"


@pytest.fixture(autouse=True)
def _unverified(app: Application) -> None:
    app.api("PATCH", f"users/{BOB}", json={"email_verified": False})


def is_verified(app: Application, user_id: str = BOB) -> bool:
    return bool(app.api("GET", f"users/{user_id}").json()["email_verified"])


def minted(app: Application, **fields: Any) -> str:
    reply = app.api("POST", TICKETS, json={"user_id": BOB, **fields})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["ticket"])


def test_ticket_as_recorded(app: Application, tenant: LocalTenant):
    """go-auth0's TestTicketManager_VerifyEmail; no mail is sent."""
    ticket = minted(app, result_url="https://example.com/verify-email", ttl_sec=3600)
    assert re.fullmatch(rf"{tenant.base_url}/u/email-verification\?ticket=[A-Za-z0-9]{{32}}#", ticket)
    assert tenant.mails() == []


def test_opening_it_verifies_once(app: Application, browser: Browser):
    ticket = minted(app, client_id=LOGIN[0])
    browser.get(ticket)
    assert browser.page.h1 == "E-mail address confirmed"
    assert "bob@example.com has been verified" in browser.page.visible_text
    assert is_verified(app)
    assert browser.get(ticket).status == 400


def test_for_its_time(app: Application, tenant: LocalTenant, browser: Browser):
    short, long = minted(app, ttl_sec=60), minted(app)
    tenant.advance(60)
    assert browser.get(short).status == 400
    tenant.advance(432_000 - 61)
    browser.get(long)
    assert is_verified(app)


def test_a_linked_identity_has_its_own(app: Application, browser: Browser):
    identity = {"provider": "google-oauth2", "user_id": "113870294466120537918"}
    browser.get(minted(app, user_id=ERIN, identity=identity))
    assert "erin.walsh@example.org" in browser.page.visible_text


def test_a_mail_by_job(app: Application, tenant: LocalTenant, browser: Browser):
    reply = app.api("POST", "jobs/verification-email", json={"user_id": BOB, "client_id": LOGIN[0]})
    assert reply.status_code == 201
    assert reply.json().keys() == {"type", "status", "created_at", "id"}
    (mail,) = tenant.mails()
    assert (mail["to"], mail["subject"]) == ("bob@example.com", "Verify your email")
    assert "Northwind Library" in mail["text"]
    browser.get(mail["links"][0])
    assert is_verified(app)


def test_a_mail_by_patch(app: Application, tenant: LocalTenant):
    app.api("PATCH", f"users/{BOB}", json={"email": "new@example.com", "verify_email": True})
    assert [mail["to"] for mail in tenant.mails()] == ["new@example.com"]


@pytest.mark.parametrize("path", [TICKETS, "jobs/verification-email"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"user_id": "auth0|nobody"}, 404),
        ({"user_id": BOB, "client_id": "nobody"}, 400),
        ({"user_id": BOB, "organization_id": "org_none"}, 400),
        ({"user_id": BOB, "organization_id": RIVERSIDE}, 400),
        ({"user_id": BOB, "identity": {"provider": "auth0", "user_id": "x"}}, 400),
        ({"user_id": BOB, "colour": "red"}, 400),
    ],
)
def test_bodies_that_are_refused(app: Application, path: str, body: dict[str, Any], status: int):
    assert app.api("POST", path, json=body).status_code == status


def test_members_of_an_organization(app: Application):
    body = {"user_id": ALICE, "organization_id": RIVERSIDE}
    assert app.api("POST", TICKETS, json=body).status_code == 201


def test_by_the_library(auth0: Auth0):
    ticket = auth0.tickets.verify_email(user_id=BOB, ttl_sec=60, include_email_in_redirect=True).ticket
    assert "/u/email-verification?ticket=" in ticket

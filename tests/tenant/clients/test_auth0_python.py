"""Auth0's own library: every call of it that the package makes. Others are in grants/ and management/."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
from auth0.management.types import CreateExportUsersFields

from tests.support.tenant import ROOT
from tests.tenant.application import ALICE, BOB, DATABASE, ERIN, LOGIN, Application

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser

MADE = re.compile(r"\bapi\.([a-z_.]+)\(")
RAW = ".with_raw_response"


class TestCalls:
    """One for each that the package makes, named in ``NAMES`` as the library names it."""

    NAMES = {
        "connections.list", "jobs.get", "jobs.users_exports.create", "refresh_tokens.delete", "sessions.delete",
        "tickets.change_password", "users.get", "users.refresh_token.list", "users.sessions.list", "users.update",
    }  # fmt: skip

    def test_these_are_all(self):
        """Fails where the package makes another: it belongs here."""
        rooms = (ROOT / "auth0_password" / "gateway").rglob("*.py")  # nowhere else is the library (tests/house)
        made = {name for path in rooms for name in MADE.findall(path.read_text("utf-8"))}
        assert {name.replace(RAW, "") for name in made} == self.NAMES

    def test_users_get_and_update(self, auth0: Auth0):
        assert auth0.users.get(BOB).app_metadata == {"needsPasswordReset": True}
        updated = auth0.users.update(BOB, app_metadata={"needsPasswordReset": None, "seen": "today"})
        assert (updated.user_id, updated.app_metadata) == (BOB, {"seen": "today"})
        assert auth0.users.get(BOB).app_metadata == {"seen": "today"}

    def test_tickets_change_password(self, auth0: Auth0, browser: Browser):
        fields = {"user_id": ALICE, "client_id": LOGIN[0], "ttl_sec": 600, "mark_email_as_verified": False}
        assert browser.get(auth0.tickets.change_password(**fields).ticket).h1 == "Change your password"

    def test_tickets_change_password_of_a_linked_identity(self, auth0: Auth0, browser: Browser):
        provider, user_id = ERIN.split("|")
        identity = {"user_id": user_id, "provider": provider}
        assert browser.get(auth0.tickets.change_password(user_id=ERIN, identity=identity).ticket).status == 200

    def test_connections_list(self, auth0: Auth0):
        wanted = {"name": DATABASE, "strategy": ["auth0"], "fields": "name,options", "include_fields": True}
        (found,) = auth0.connections.list(**wanted)
        assert (found.name, found.options["passwordPolicy"]) == (DATABASE, "good")

    def test_sessions_and_refresh_tokens(self, auth0: Auth0, app: Application, browser: Browser):
        app.exchange(app.sign_in(browser, scope="openid offline_access")["code"])
        (session,) = auth0.users.sessions.list(ALICE, take=50)
        (token,) = auth0.users.refresh_token.list(ALICE, take=50)
        assert session.authenticated_at
        assert auth0.sessions.with_raw_response.delete(session.id).status_code == 202
        auth0.refresh_tokens.delete(token.id)
        app.tenant.advance(1)
        assert list(auth0.users.sessions.list(ALICE)) == list(auth0.users.refresh_token.list(ALICE)) == []

    def test_jobs(self, auth0: Auth0, app: Application):
        fields = [CreateExportUsersFields(name=name) for name in ("user_id", "last_password_reset")]
        job = auth0.jobs.users_exports.create(format="json", fields=fields)
        assert auth0.jobs.get(job.id).status == "pending"
        app.tenant.advance(2)
        done = auth0.jobs.get(job.id)
        assert (done.status, httpx.get(done.location).status_code) == ("completed", 200)

"""Other doors into the site, and sessions that ended."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY

from auth0_password.services import end_sessions, look, require_reset
from auth0_password.services.waiting import ChangeAsked, note_change
from tests.unit.conftest import BOB
from tests.unit.middleware.site import CANARY, insert

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.unit.middleware.site")]


class TestOtherDoors:
    def test_a_user_that_another_middleware_sets_lazily(self, flagged, bob, settings):
        settings.MIDDLEWARE = insert(settings.MIDDLEWARE, "tests.unit.middleware.site.by_header")
        for url in ("/closed/", "/public-user/"):
            assert type(flagged)().get(url, headers={"x-user": bob.username}).status_code == 303

    def test_a_user_who_needs_no_session_outlives_a_change(self, bob, client, settings, auth0_gateway, later):
        settings.MIDDLEWARE = insert(settings.MIDDLEWARE, "tests.unit.middleware.site.by_header")
        end_sessions(bob)
        assert client.get("/closed/", headers={"x-user": bob.username}).content.decode() == CANARY

    def test_an_answer_that_no_view_made(self, flagged, settings):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.unit.middleware.site.fallback"]
        answer = flagged.get("/nowhere/")
        assert answer.status_code == 303
        assert CANARY not in answer.content.decode()

    def test_a_page_out_of_the_cache(self, bob, grace, client, settings):
        cache = "django.middleware.cache"
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "t"}}
        settings.MIDDLEWARE = [
            f"{cache}.UpdateCacheMiddleware",
            *settings.MIDDLEWARE,
            f"{cache}.FetchFromCacheMiddleware",
        ]
        client.force_login(bob)
        assert client.get("/closed/").content.decode() == CANARY
        require_reset(bob, reason="breach", by=grace)
        assert client.get("/closed/").status_code == 303

    def test_a_blocked_user_cannot_link_one_more_way_in(self, flagged):
        """social-auth's views are open for our backend only."""
        for url in ("/login/other/", "/complete/other/"):
            assert flagged.post(url).status_code in {303, 404}
            assert "required" in flagged.post(url).get("Location", "required")
        assert flagged.post("/login/auth0/").url.startswith("http://127.0.0.1")

    def test_signing_out_of_the_admin_is_open(self, grace, client, auth0_gateway):
        client.force_login(grace)
        require_reset(grace, reason="policy")
        assert client.post("/admin/logout/").url == "/"
        assert SESSION_KEY not in client.session

    def test_the_guard_gives_the_very_object(self, bob, client):
        client.force_login(bob)
        assert client.get("/public-type/").content.decode() == "User"


class TestAnEndedSession:
    @pytest.fixture
    def ended(self, bob, client, auth0_gateway, later):
        client.force_login(bob)
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        later(minutes=1)
        look(bob)
        return client

    def test_by_hand_is_said_so(self, bob, client):
        client.force_login(bob)
        end_sessions(bob)
        page = client.get(client.get("/closed/").url).content.decode()
        assert "This session was ended" in page
        assert "Your password was changed" not in page

    def test_is_signed_out_once_with_words(self, ended):
        answer = ended.get("/closed/")
        assert (answer.status_code, answer.url) == (303, "/account/login/?next=/closed/")
        assert SESSION_KEY not in ended.session
        assert "Your password was changed" in ended.get(answer.url).content.decode()
        assert "Your password was changed" not in ended.get(answer.url).content.decode()

    def test_is_told_also_when_it_had_asked_for_a_change(self, ended):
        session = ended.session
        note_change(session, ChangeAsked.now("link", "/loans/"))
        session.save()
        page = ended.get(ended.get("/closed/?a=1").url).content.decode()
        assert "You were signed out here" in page
        assert "/closed/?a=1" in page

    def test_is_nobody_on_public_pages(self, ended):
        assert ended.get("/public-user/").content.decode() == f"{CANARY} False"

    def test_is_ended_on_open_pages_too(self, ended):
        assert ended.get("/account/required/").url.startswith("/account/login/")

    def test_programs_are_told(self, ended):
        answer = ended.get("/closed/", headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")

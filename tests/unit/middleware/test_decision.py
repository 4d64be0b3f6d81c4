"""The decision, with Django's own test client: every view, every method, every kind of client."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.utils import timezone

from auth0_password.services import require_reset
from tests.unit.middleware.site import CANARY, CLOSED, LOGIN_REQUIRED

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.unit.middleware.site")]


@pytest.mark.parametrize("url", CLOSED)
def test_a_blocked_user_is_led_to_the_way_out(flagged, url):
    answer = flagged.get(url, {"a": "1 2"})
    assert (answer.status_code, answer.url) == (303, f"/account/required/?next={url}%3Fa%3D1%2B2")
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "HEAD"])
def test_with_every_method(flagged, method):
    answer = flagged.generic(method, "/closed/")
    assert answer.status_code == 303
    assert CANARY not in answer.content.decode()


@pytest.mark.parametrize(
    "url", ["/static/account/login/", "/closed/?next=/account/required/", "/closed/?/account/check/", "/static/help/"]
)
def test_exempt_words_in_the_address_change_nothing(flagged, url):
    assert flagged.get(url).status_code == 303


def test_programs_get_a_problem_document(flagged):
    answer = flagged.get("/closed/", headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    body = answer.json()
    assert body["code"] == "password_reset_required"
    assert body["reason"] == "administrator"
    assert body["change_url"] == "http://testserver/account/required/"
    assert {"type", "title", "status", "detail", "required_at"} <= body.keys()


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-mode": "cors"}, {"x-requested-with": "XMLHttpRequest"}, {"accept": "application/json, */*"}],
)
def test_scripts_are_not_redirected(flagged, headers):
    assert flagged.get("/closed/", headers=headers).status_code == 403


def test_htmx_is_told_where_to_go(flagged):
    answer = flagged.get("/closed/", headers={"hx-request": "true"})
    assert answer["HX-Redirect"] == "/account/required/"
    assert answer.content == b""


def test_what_stays_open(flagged):
    assert flagged.get("/help/").content == b"help for bob"
    assert flagged.get("/public/").content.decode() == CANARY
    assert flagged.get("/account/required/").status_code == 200


def test_with_login_required_middleware_before_it(flagged, settings):
    place = settings.MIDDLEWARE.index("auth0_password.middleware.PasswordResetMiddleware")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], LOGIN_REQUIRED, *settings.MIDDLEWARE[place:]]
    assert flagged.get("/public/").content.decode() == CANARY
    for url in CLOSED:
        assert flagged.get(url).status_code == 303, url


def test_an_unflagged_user_passes(bob, client):
    client.force_login(bob)
    for url in CLOSED:
        assert client.get(url).status_code == 200, url


def test_before_its_time_the_flag_does_not_block(bob, grace, client, auth0_gateway):
    from datetime import timedelta

    client.force_login(bob)
    require_reset(bob, reason="policy", by=grace, enforce_from=timezone.now() + timedelta(days=1))
    assert client.get("/closed/").status_code == 200


@pytest.mark.parametrize("name", ["named", "tests.unit.middleware.site.closed"])
def test_views_that_a_setting_opens(flagged, settings, name):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "EXEMPT_VIEWS": [name]}
    assert flagged.get("/closed/").content.decode() == CANARY
    assert flagged.get("/closed-class/").status_code == 303


def test_at_first_a_site_may_only_look_who_would_be_blocked(flagged, bob, settings, caplog):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "ENFORCE": "report"}
    caplog.set_level("INFO", logger="auth0_password")
    assert flagged.get("/closed/").content.decode() == CANARY
    assert f"would be blocked: user {bob.pk}" in caplog.text
    assert "bob@example.com" not in caplog.text


def test_a_state_that_cannot_be_read_with_the_user(bob, client, monkeypatch):
    """Through our own backend the state comes in the query for the user."""

    def broken(self, user_id):
        raise DatabaseError

    client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    monkeypatch.setattr("auth0_password.backends.Auth0PasswordBackend.get_user", broken)
    assert client.get("/closed/").status_code == 503
    assert client.get("/public-user/").status_code == 503
    assert client.get("/public/").status_code == 200


def test_an_unreadable_state_lets_nobody_through(bob, client, monkeypatch):
    client.force_login(bob)

    def broken(user):
        raise DatabaseError

    monkeypatch.setattr("auth0_password.middleware.decision.state_of", broken)
    answer = client.get("/closed/")
    assert answer.status_code == 503
    assert "stays closed" in answer.content.decode()
    assert client.get("/public-user/").status_code == 503
    assert client.get("/closed/", headers={"accept": "application/json"}).json()["status"] == 503


class TestCost:
    """Queries of a request with a session (1), its user (1) and whatever the view does (0)."""

    @pytest.fixture
    def bob_through_auth0(self, bob, client):
        client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
        return client

    @pytest.mark.parametrize(("url", "queries"), [("/public-user/", 2), ("/closed/", 2), ("/public/", 0)])
    def test_with_a_session(self, bob_through_auth0, django_assert_num_queries, url, queries):
        with django_assert_num_queries(queries):
            assert bob_through_auth0.get(url).status_code == 200

    @pytest.mark.parametrize("url", ["/public-user/", "/public/"])
    def test_without_one(self, client, django_assert_num_queries, url):
        with django_assert_num_queries(0):
            assert client.get(url).status_code == 200

    def test_a_user_of_another_backend_costs_one_more(self, bob, client, django_assert_num_queries):
        client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
        with django_assert_num_queries(3):
            assert client.get("/closed/").status_code == 200

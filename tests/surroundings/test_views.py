"""Every kind of view, under WSGI and ASGI: a blocked user sees none of it, and its body never begins."""

from __future__ import annotations

import pytest
from django.urls import get_resolver
from django.views.static import serve

from auth0_password.exceptions import PasswordResetRequired
from auth0_password.services import clear_reset
from tests.surroundings.conftest import LOGIN_REQUIRED, put_after, put_before
from tests.surroundings.site import BEGUN, CANARY, CLOSED

METHODS = ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"]
clear_cache_of_handlers = get_resolver.__globals__["_get_cached_resolver"].cache_clear
SHOWN = {name: url for name, url in CLOSED.items() if name not in {"missing", "broken"}}


@pytest.mark.parametrize("url", CLOSED.values(), ids=CLOSED)
def test_is_closed_and_never_begun(flagged, url):
    flagged.is_held_back(url)
    assert BEGUN == []


@pytest.mark.parametrize("url", CLOSED.values(), ids=CLOSED)
def test_is_open_again_afterwards(flagged, bob, url):
    clear_reset(bob, by=None)
    answer = flagged.open(url)
    assert answer.status_code == {"/missing/": 404, "/broken/": 500}.get(url, 200)
    assert url not in SHOWN.values() or CANARY in flagged.body(answer)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("url", ["/page/", "/class/", "/async/", "/stream/", "/public-user/"])
def test_with_every_method(flagged, url, method):
    answer = flagged.open(url, method)
    assert answer.status_code == 303
    assert CANARY not in flagged.body(answer)
    assert "no-store" in answer["Cache-Control"]
    assert BEGUN == []


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream, application/json"])
def test_programs_are_told_and_nothing_is_cached(flagged, accept):
    for url in CLOSED.values():
        answer = flagged.open(url, headers={"accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("put", [put_before, put_after], ids=["before ours", "after ours"])
def test_with_login_required_in_both_orders(flagged, settings, put):
    settings.MIDDLEWARE = put(settings.MIDDLEWARE, LOGIN_REQUIRED)
    for url in CLOSED.values():
        flagged.is_held_back(url)
    assert BEGUN == []


@pytest.mark.parametrize("put", [put_before, put_after], ids=["before ours", "after ours"])
def test_with_login_required_nobody_is_sent_to_sign_in_and_not_in_circles(visitor, settings, put):
    settings.MIDDLEWARE = put(settings.MIDDLEWARE, LOGIN_REQUIRED)
    for url in set(CLOSED.values()) - {"/public-user/"}:
        answer = visitor.open(url)
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/account/login/")
    assert visitor.open("/account/login/?next=/page/").status_code == 200


def test_a_public_stream_that_looks_at_the_user_too_late_breaks_off(flagged):
    """Its answer has begun when it looks: nothing is shown, and no word of it is sent."""
    answer = flagged.open("/stream-user/")
    with pytest.raises(PasswordResetRequired):
        flagged.body(answer)


def test_a_page_that_does_not_exist_is_not_found(flagged):
    answer = flagged.open("/nowhere/")
    assert answer.status_code == 404
    assert "bob" not in flagged.body(answer)


@pytest.mark.django_db(transaction=True)
def test_a_not_found_page_that_shows_whose_it_is(flagged, bob, monkeypatch):
    """An async stack makes that page in a thread, with a database connection of its own."""
    handler = "tests.surroundings.site.not_found_for_somebody"
    monkeypatch.setattr("tests.surroundings.site.handler404", handler, raising=False)
    clear_cache_of_handlers()
    assert flagged.is_held_back("/nowhere/")["Location"] == "/account/required/?next=/nowhere/"
    clear_reset(bob, by=None)
    assert f"{CANARY} bob" in flagged.sees("/nowhere/")


def test_a_not_found_page_costs_the_visitor_nothing(visitor, bob, django_assert_num_queries):
    visitor.client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    with django_assert_num_queries(0):
        assert visitor.open("/nowhere/").status_code == 404


def test_static_views_are_open_only_when_the_site_says_so(flagged, settings):
    name = f"{serve.__module__}.{serve.__qualname__}"
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "EXEMPT_VIEWS": [name]}
    assert CANARY in flagged.sees("/media/site.py")
    flagged.is_held_back("/page/")


def test_what_stays_open_does(flagged):
    assert flagged.sees("/public/") == "public"
    assert flagged.post("/i18n/setlang/", {"language": "en"}).status_code == 302
    assert flagged.post("/account/sign-out/", {}).status_code == 303
    assert flagged.open("/public-user/").status_code == 200

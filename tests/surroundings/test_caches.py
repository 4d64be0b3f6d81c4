"""What was cached before the flag is not shown after it, and what is shown after it is not cached."""

from __future__ import annotations

import pytest

from auth0_password.checks import check_surroundings
from tests.surroundings.conftest import OURS, put_after, put_before
from tests.surroundings.site import CANARY, CLOSED

CONDITIONAL = "django.middleware.http.ConditionalGetMiddleware"
UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
MODEL = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def signed_in(visitor, bob):
    visitor.client.force_login(bob, backend=MODEL)
    return visitor


@pytest.mark.parametrize("place", [0, None], ids=["first", "last"])
def test_a_page_that_the_browser_has_is_not_confirmed(signed_in, flag_bob, settings, place):
    """304 would let the browser show its copy."""
    middleware = list(settings.MIDDLEWARE)
    middleware.insert(len(middleware) if place is None else place, CONDITIONAL)
    settings.MIDDLEWARE = middleware
    seen = {url: signed_in.open(url).headers.get("ETag") for url in ("/tagged/", "/page/", "/public-user/")}
    assert all(seen.values())
    for url, etag in seen.items():
        assert signed_in.open(url, headers={"if-none-match": etag}).status_code == 304
    flag_bob()
    for url, etag in seen.items():
        signed_in.is_held_back(url, headers={"if-none-match": etag})
        signed_in.is_held_back(url, headers={"if-none-match": "*"})
        signed_in.is_held_back(url, headers={"if-modified-since": "Fri, 20 Nov 2037 09:00:00 GMT"})


def test_a_cached_view(signed_in, flag_bob):
    assert CANARY in signed_in.sees("/cached/")
    flag_bob()
    signed_in.is_held_back("/cached/")


def test_the_refusal_is_not_cached_for_anybody(flagged, grace, settings):
    settings.MIDDLEWARE = [UPDATE, *settings.MIDDLEWARE, FETCH]
    for url in ("/cached/", "/cached-user/", "/page/"):
        flagged.is_held_back(url)
    other = type(flagged)(flagged.kind)
    other.client.force_login(grace, backend=MODEL)
    for url in ("/cached/", "/cached-user/", "/page/"):
        assert CANARY in other.sees(url)


def test_a_cache_for_the_whole_site(signed_in, flag_bob, settings):
    settings.MIDDLEWARE = [UPDATE, *settings.MIDDLEWARE, FETCH]
    pages = [url for url in CLOSED.values() if url not in {"/missing/", "/broken/"}]
    for url in pages:
        signed_in.open(url)
    flag_bob()
    for url in pages:
        signed_in.is_held_back(url)


def test_a_cached_copy_that_the_browser_has_is_not_confirmed(signed_in, flag_bob, settings):
    """A cache for the whole site, and conditional answers made from it behind our middleware."""
    behind = put_after(settings.MIDDLEWARE, CONDITIONAL, OURS)
    settings.MIDDLEWARE = [UPDATE, *behind, FETCH]
    etag = signed_in.open("/page/")["ETag"]
    flag_bob()
    signed_in.is_held_back("/page/", headers={"if-none-match": etag})


def test_a_cached_page_about_the_user(signed_in, flag_bob):
    """A public view that looked at its user when it was cached: its copy is about them, and looks at nobody."""
    assert CANARY in signed_in.sees("/cached-user/")
    flag_bob()
    signed_in.is_held_back("/cached-user/")


def test_the_browser_itself_keeps_no_page_of_ours(flagged):
    for url in ("/account/required/", "/account/login/?next=/page/"):
        assert "no-store" in flagged.open(url)["Cache-Control"]
    assert "Cookie" in flagged.open("/account/required/")["Vary"]


def test_a_cache_that_answers_before_our_middleware_is_found_by_the_checks(settings):
    before = {message.id for message in check_surroundings()}
    settings.MIDDLEWARE = put_before(put_before(settings.MIDDLEWARE, UPDATE), FETCH)
    assert {message.id for message in check_surroundings()} - before

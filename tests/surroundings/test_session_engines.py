"""Every session engine of Django: who is flagged is held back, and who is older than the change is signed out."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from auth0_password.services import look
from auth0_password.services.known_sessions import Client, begin
from auth0_password.services.sessions import STAMP_KEY, Stamp
from tests.surroundings.conftest import LOGIN_REQUIRED, put_before
from tests.surroundings.site import BEGUN, CANARY, CLOSED
from tests.surroundings.visitor import Visitor
from tests.unit.conftest import BOB

ENGINES = ["db", "cached_db", "cache", "file", "signed_cookies"]
AUTH0 = "auth0_password.backends.Auth0PasswordBackend"
MODEL = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(params=ENGINES)
def engine(request, settings, tmp_path):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"
    settings.SESSION_FILE_PATH = str(tmp_path)
    return request.param


@pytest.fixture
def signed_in(engine, visitor, bob, auth0_gateway):
    """Bob's browser, with the stamp of a sign-in at Auth0 just now."""
    sign_in(visitor, bob, auth0_gateway)
    return visitor


def sign_in(visitor, bob, gateway):
    """As the callback does: a session, and the stamp of its ID token."""
    visitor.client.force_login(bob, backend=AUTH0)
    session, now = visitor.client.session, int(gateway.now().timestamp())
    stamp = Stamp.of_sign_in({"sub": BOB, "auth_time": now, "iat": now}, bob.password_state)
    begin(bob, session, stamp, Client())
    session.save()
    keep(visitor, session)


def keep(visitor, session):
    """A session in a cookie has a new key whenever it is saved."""
    visitor.client.cookies[cookie_name()] = session.session_key


def cookie_name():
    from django.conf import settings

    return settings.SESSION_COOKIE_NAME


@pytest.fixture
def change(bob, auth0_gateway, later):
    """Bob's password is changed elsewhere, and the change is read."""

    def happens(**wait):
        later(**wait)
        auth0_gateway.change_password(BOB)
        look(bob)

    return happens


def test_flagged(signed_in, flag_bob):
    assert CANARY in signed_in.sees("/page/")
    flag_bob()
    BEGUN.clear()
    for url in CLOSED.values():
        signed_in.is_held_back(url)
    assert BEGUN == []


def test_a_session_that_is_older_than_the_change_is_signed_out(signed_in, change):
    change(minutes=1)
    answer = signed_in.open("/page/")
    assert (answer.status_code, answer["Location"]) == (303, "/account/login/?next=/page/")
    assert "no-store" in answer["Cache-Control"]
    assert SESSION_KEY not in signed_in.client.session
    assert STAMP_KEY not in signed_in.client.session
    assert "Your password was changed" in signed_in.sees(answer["Location"])
    assert BEGUN == []


def test_its_old_cookie_stays_dead(signed_in, change, bob, auth0_gateway, later, settings):
    """Also where the server cannot forget it: a session in a cookie is only as dead as its stamp."""
    settings.MIDDLEWARE = put_before(settings.MIDDLEWARE, LOGIN_REQUIRED)
    old = signed_in.client.cookies[cookie_name()].value
    change(minutes=1)
    signed_in.open("/page/")
    later(minutes=1)
    sign_in(signed_in, bob, auth0_gateway)
    assert CANARY in signed_in.sees("/page/")
    for url in CLOSED.values():
        signed_in.client.cookies[cookie_name()] = old
        answer = signed_in.open(url)
        if url == "/public-user/":
            assert signed_in.body(answer) == f"{CANARY} False"
        else:
            assert answer["Location"].startswith("/account/login/"), url


def test_whoever_has_the_other_browsers_is_out_at_their_next_request(signed_in, change, bob, auth0_gateway, later):
    """SES-01: one chooses a new password, and comes back with it."""
    others = [Visitor(signed_in.kind) for _ in range(2)]
    for other in others:
        sign_in(other, bob, auth0_gateway)
    change(minutes=1)
    later(seconds=2)
    sign_in(signed_in, bob, auth0_gateway)
    assert CANARY in signed_in.sees("/page/")
    for other in others:
        assert other.open("/page/")["Location"] == "/account/login/?next=/page/"
        assert "Your password was changed" in other.sees("/account/login/")
        assert other.open("/page/").status_code == 200  # nobody, where the view asks for nobody
        assert "bob" not in other.sees("/page/")


def test_ending_the_others_keeps_this_one(signed_in, bob, auth0_gateway, later):
    """By the button on the account page: whatever engine holds the sessions, also one that the server cannot reach."""
    others = [Visitor(signed_in.kind) for _ in range(3)]
    for other in others:
        sign_in(other, bob, auth0_gateway)
    replayed = others[0].client.cookies[cookie_name()].value
    later(minutes=10)
    signed_in.post("/account/sessions/end-others/", {})
    assert "3 other devices were signed out." in signed_in.sees("/account/")
    assert "devices were signed out" not in signed_in.sees("/account/")
    later(seconds=1)
    for other in others:
        assert other.open("/page/")["Location"].startswith("/account/login/")
        assert "You signed this device out" in other.sees("/account/login/")
    others[0].client.cookies[cookie_name()] = replayed
    assert "bob" not in others[0].sees("/page/")
    assert CANARY in signed_in.sees("/page/")


def test_ending_one_leaves_the_rest(signed_in, bob, auth0_gateway, later):
    one, other = Visitor(signed_in.kind), Visitor(signed_in.kind)
    for visitor in (one, other):
        sign_in(visitor, bob, auth0_gateway)
    key = one.client.session[STAMP_KEY]["id"]
    later(minutes=1)
    assert signed_in.post(f"/account/sessions/{key}/end/", {}).status_code == 303
    assert "That device was signed out." in signed_in.sees("/account/")
    assert one.open("/page/")["Location"].startswith("/account/login/")
    for visitor in (signed_in, other):
        assert "for bob" in visitor.sees("/page/")


def test_a_signed_in_session_that_signs_in_anew_has_another_key(signed_in, change, bob, auth0_gateway, later, engine):
    """SES-02: after a change nothing of the old one is good for anything."""
    old = signed_in.client.cookies[cookie_name()].value
    change(minutes=1)
    signed_in.open("/page/")
    later(seconds=2)
    sign_in(signed_in, bob, auth0_gateway)
    assert signed_in.client.cookies[cookie_name()].value != old
    assert "for bob" in signed_in.sees("/page/")
    thief = Visitor(signed_in.kind)
    thief.client.cookies[cookie_name()] = old
    assert "bob" not in thief.sees("/page/")


def test_it_is_nobody_on_public_pages(signed_in, change):
    change(minutes=1)
    assert signed_in.sees("/public-user/") == f"{CANARY} False"


def test_a_session_that_is_younger_lives_on(signed_in, change, bob, auth0_gateway, later):
    change(minutes=1)
    later(seconds=2)
    sign_in(signed_in, bob, auth0_gateway)
    change_seen_again = look(bob)
    assert change_seen_again.sessions_valid_since < timezone.now()
    assert CANARY in signed_in.sees("/page/")


def test_a_session_without_a_stamp_ends_with_the_first_change(engine, visitor, bob, change):
    visitor.client.force_login(bob, backend=MODEL)
    session = visitor.client.session
    del session[STAMP_KEY]
    session.save()
    keep(visitor, session)
    assert CANARY in visitor.sees("/page/")
    change(minutes=1)
    assert visitor.open("/page/").status_code == 303


@pytest.mark.parametrize("backend", [MODEL, "django.contrib.auth.backends.RemoteUserBackend"])
def test_sessions_of_other_backends_end_too(engine, visitor, bob, change, settings, backend):
    settings.AUTHENTICATION_BACKENDS = [AUTH0, backend]
    visitor.client.force_login(bob, backend=backend)
    change(minutes=1)
    assert visitor.open("/page/")["Location"].startswith("/account/login/")

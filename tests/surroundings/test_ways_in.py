"""However somebody signed in, by whatever backend: who is flagged is held back, in the admin too."""

from __future__ import annotations

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY

from auth0_password.services import require_reset
from auth0_password.services.sessions import STAMP_KEY
from tests.surroundings.conftest import AUTHENTICATION, LOGIN_REQUIRED, put_after, put_before
from tests.surroundings.site import CANARY, CLOSED
from tests.surroundings.visitor import Visitor

MODEL = "django.contrib.auth.backends.ModelBackend"
REMOTE = "django.contrib.auth.backends.RemoteUserBackend"
GOOGLE = "social_core.backends.google.GoogleOAuth2"
OURS = "auth0_password.backends.Auth0PasswordBackend"


@pytest.fixture(autouse=True)
def backends(settings):
    settings.AUTHENTICATION_BACKENDS = [OURS, GOOGLE, MODEL, REMOTE]


def session_of(visitor):
    return visitor.client.session


def is_held_back_everywhere(visitor, **more):
    for url in (*CLOSED.values(), "/admin/", "/admin/auth/user/", "/account/"):
        visitor.is_held_back(url, **more)


@pytest.mark.parametrize("backend", [OURS, MODEL, REMOTE, GOOGLE])
def test_a_session_of_any_backend(visitor, bob, flag_bob, backend):
    visitor.client.force_login(bob, backend=backend)
    assert session_of(visitor)[BACKEND_SESSION_KEY] == backend
    assert STAMP_KEY in session_of(visitor)
    assert CANARY in visitor.sees("/page/")
    flag_bob()
    is_held_back_everywhere(visitor)


def test_a_password_of_the_sites_own(visitor, bob, flag_bob):
    bob.set_password("Local-1!")
    bob.save()
    flag_bob()
    assert visitor.client.login(username="bob", password="Local-1!")
    is_held_back_everywhere(visitor)


def test_a_sign_in_in_the_sites_own_code(visitor, bob, flag_bob):
    flag_bob()
    assert visitor.sees("/host-login/?name=bob") == "welcome"
    is_held_back_everywhere(visitor)


def test_the_admins_own_form(visitor, grace, auth0_gateway, clock):
    grace.set_password("Local-1!")
    grace.save()
    grace.social_auth.create(provider="auth0", uid="auth0|grace")
    require_reset(grace, reason="policy")
    answer = visitor.post("/admin/login/?next=/admin/", {"username": "grace", "password": "Local-1!"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    is_held_back_everywhere(visitor)
    assert visitor.post("/admin/logout/", {}).status_code in {200, 302}
    assert visitor.open("/admin/").status_code == 302


class TestAProxyThatNamesTheUser:
    @pytest.fixture(autouse=True)
    def proxy(self, settings):
        settings.MIDDLEWARE = put_after(settings.MIDDLEWARE, "tests.surroundings.site.ByProxy", AUTHENTICATION)
        settings.AUTHENTICATION_BACKENDS = [OURS, MODEL, REMOTE]  # social-auth's own cannot be asked under ASGI

    def test_holds_back(self, visitor, bob, flag_bob):
        proxied = {"headers": {"x-proxy-user": "bob"}}
        assert CANARY in visitor.sees("/page/", **proxied)
        flag_bob()
        is_held_back_everywhere(visitor, **proxied)

    def test_at_the_very_first_request(self, bob, flag_bob, visitor, settings):
        """Also for a program that keeps no cookie. `LoginRequiredMiddleware` lets Bob in: ours may not see nobody."""
        settings.MIDDLEWARE = put_before(settings.MIDDLEWARE, LOGIN_REQUIRED)
        flag_bob()
        visitor.is_held_back("/page/", headers={"x-proxy-user": "bob"})
        visitor.is_held_back("/public-user/", headers={"x-proxy-user": "bob"})

    def test_also_when_it_stands_after_ours(self, bob, flag_bob, visitor, settings):
        name = "tests.surroundings.site.ByProxy"
        settings.MIDDLEWARE = [*(one for one in settings.MIDDLEWARE if one != name), name]
        flag_bob()
        for url in ("/page/", "/public-user/"):
            visitor.is_held_back(url, headers={"x-proxy-user": "bob"})
            Visitor(visitor.kind).is_held_back(url, headers={"x-proxy-user": "bob"})


@pytest.mark.parametrize("how", [{}, {"x-at-once": "1"}], ids=["lazily", "at once"])
class TestAnotherMiddlewareSetsTheUser:
    @pytest.fixture(autouse=True)
    def header(self, settings):
        settings.MIDDLEWARE = put_after(settings.MIDDLEWARE, "tests.surroundings.site.ByHeader", AUTHENTICATION)

    def test_who_passes_stays_who_they_are(self, visitor, bob, grace, how):
        visitor.client.force_login(grace, backend=MODEL)
        assert visitor.sees("/page/", headers={"x-user": "bob", **how}).endswith("for bob")

    def test_who_is_flagged_is_held_back(self, visitor, grace, flag_bob, how):
        flag_bob()
        visitor.client.force_login(grace, backend=MODEL)
        assert visitor.open("/page/", headers={"x-user": "bob", **how}).status_code == 303


def test_linking_another_way_in_is_closed(flagged):
    for method, query in (("GET", "?code=1&state=2"), ("POST", "")):
        answer = flagged.open(f"/complete/google-oauth2/{query}", method)
        assert answer["Location"].startswith("/account/required/")


def test_going_off_to_another_way_in_is_closed(flagged):
    assert flagged.post("/login/google-oauth2/", {})["Location"].startswith("/account/required/")


def test_the_flag_of_the_one_who_is_signed_in_counts(visitor, grace, flag_bob, clock, auth0_gateway):
    """Bob's flag holds back nobody else."""
    flag_bob()
    visitor.client.force_login(grace, backend=MODEL)
    for url in ("/page/", "/admin/", "/admin/auth0_password/"):
        assert visitor.open(url).status_code == 200

"""Django REST framework: its views are public to Django, so the guard decides when they look at the session's user."""

from __future__ import annotations

from base64 import b64encode

import pytest
from django.http import HttpRequest
from django.urls import path

pytest.importorskip("rest_framework")

from django.contrib.auth import get_user_model
from rest_framework.authentication import BasicAuthentication, SessionAuthentication, TokenAuthentication
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from auth0_password.contrib.rest_framework import PasswordIsCurrent
from auth0_password.decorators import password_reset_exempt
from auth0_password.services import end_sessions
from tests.surroundings.site import CANARY
from tests.surroundings.site import urlpatterns as site_urls

RAN: list[str] = []


class ByToken(TokenAuthentication):
    """Tokens without a table: the token is the name."""

    def authenticate_credentials(self, key):
        return get_user_model().objects.get(username=key), key


class Api(APIView):
    """Gives the canary to whoever its authentication lets in."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]

    def get(self, request):
        RAN.append("get")
        return Response({"canary": CANARY, "user": str(request.user)})

    post = put = patch = delete = get


class TokenApi(Api):
    authentication_classes = [ByToken]


class BothApi(Api):
    authentication_classes = [ByToken, SessionAuthentication]


class OpenApi(Api):
    permission_classes = [AllowAny]


class CurrentApi(BothApi):
    permission_classes = [IsAuthenticated, PasswordIsCurrent]


class CurrentOpenApi(BothApi):
    permission_classes = [PasswordIsCurrent]


class CurrentByPassword(CurrentApi):
    authentication_classes = [BasicAuthentication]


class Help(CurrentApi):
    """Stays open."""


@api_view(["GET"])
@authentication_classes([BasicAuthentication, SessionAuthentication])
@permission_classes([IsAuthenticated])
def function_api(request: HttpRequest):
    RAN.append("function")
    return Response({"canary": CANARY})


urlpatterns = [
    path("api/", Api.as_view()),
    path("api/open/", OpenApi.as_view()),
    path("api/both/", BothApi.as_view()),
    path("api/function/", function_api),
    path("api/token/", TokenApi.as_view()),
    path("api/current/", CurrentApi.as_view()),
    path("api/current/open/", CurrentOpenApi.as_view()),
    path("api/current/password/", CurrentByPassword.as_view()),
    path("api/current/help/", password_reset_exempt(Help.as_view())),
    *site_urls,
]
BY_SESSION = ["/api/", "/api/open/", "/api/both/", "/api/function/"]


@pytest.fixture(autouse=True)
def api(surroundings, settings):
    settings.ROOT_URLCONF = __name__
    RAN.clear()


@pytest.mark.parametrize("url", BY_SESSION)
def test_a_program_with_a_session_is_told(flagged, url):
    answer = flagged.open(url, headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "password_reset_required"
    assert "no-store" in answer["Cache-Control"]
    assert RAN == []


@pytest.mark.parametrize("url", BY_SESSION)
def test_a_browser_with_a_session_is_led(flagged, url):
    flagged.is_held_back(url, headers={"accept": "text/html"})
    assert RAN == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("url", BY_SESSION)
def test_with_every_method(flagged, url, method):
    answer = flagged.open(url, method, headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert CANARY not in flagged.body(answer)
    assert RAN == []


def test_who_is_not_flagged_is_served(visitor, bob):
    visitor.client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    for url in BY_SESSION:
        assert CANARY in visitor.sees(url)


def test_a_session_does_not_pass_for_a_token(flagged):
    answer = flagged.open("/api/token/")
    assert (answer.status_code, RAN) == (401, [])


def test_a_broken_token_beside_a_session_opens_nothing(flagged):
    answer = flagged.open("/api/both/", headers={"authorization": "Bearer bob", "accept": "application/json"})
    assert (answer.status_code, RAN) == (403, [])


@pytest.mark.parametrize("url", ["/api/token/", "/api/both/"])
def test_without_the_permission_a_token_opens_its_view(visitor, bob, flag_bob, url):
    """What the middleware cannot see: the token is read inside the view."""
    flag_bob()
    assert CANARY in visitor.sees(url, headers={"authorization": "Token bob"})


@pytest.mark.parametrize("url", ["/api/current/", "/api/current/open/", "/api/current/password/"])
def test_the_permission_holds_back_whoever_names_themselves_in_the_request(visitor, bob, flag_bob, url):
    bob.set_password("secret")
    bob.save()
    credentials = b64encode(b"bob:secret").decode() if "password" in url else "bob"
    headers = {"authorization": f"{'Basic' if 'password' in url else 'Token'} {credentials}"}
    assert CANARY in visitor.sees(url, headers=headers)
    RAN.clear()
    flag_bob()
    answer = visitor.open(url, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "password_reset_required"
    assert RAN == []


def test_the_permission_holds_back_a_token_beside_a_session_that_ended(flagged, bob):
    end_sessions(bob)
    answer = flagged.open("/api/current/", headers={"authorization": "Token bob", "accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "password_reset_required")
    assert RAN == []


def test_a_session_that_ended_is_no_harm_to_a_token(visitor, bob):
    visitor.client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    end_sessions(bob)
    assert CANARY in visitor.sees("/api/current/", headers={"authorization": "Token bob"})


def test_the_permission_and_a_session(flagged):
    flagged.is_held_back("/api/current/", headers={"accept": "text/html"})
    assert RAN == []


def test_the_permission_lets_strangers_be_judged_by_the_others(visitor, bob):
    assert CANARY in visitor.sees("/api/current/open/")
    assert visitor.open("/api/current/").status_code == 401


def test_an_exempt_view_stays_open_to_tokens(visitor, bob, flag_bob):
    flag_bob()
    assert CANARY in visitor.sees("/api/current/help/", headers={"authorization": "Token bob"})


def test_a_token_and_a_session_at_once(flagged):
    """The view never looks at the session's user: the token's is served, as without a session."""
    assert CANARY in flagged.sees("/api/token/", headers={"authorization": "Token bob"})

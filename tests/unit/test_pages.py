"""Every page of ours: headers, methods, CSRF, and nothing that a GET changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from auth0_password import urls
from auth0_password.models import PasswordState, ResetRequirement, Throttle, UsedToken
from auth0_password.services import require_reset

pytestmark = pytest.mark.django_db
RECEIVERS = {"hook_action", "hook_logs", "backchannel_logout"}
"""For machines: tests/unit/webhooks."""

NAMES = [pattern.name for pattern in urls.urlpatterns if pattern.name not in RECEIVERS]
PUBLIC = {"login", "sign_out", "status", "forgot", "not_me", "verify", "instructions", "handover"}
GETS = [
    "profile", "required", "login", "waiting", "status", "forgot", "not_me", "verify", "instructions", "handover",
]  # fmt: skip
ARGUMENTS = {"not_me": ["a-token-that-nobody-signed"], "session_end": ["a-key-of-nobody"]}


@pytest.fixture
def signed_in(bob, client):
    client.force_login(bob)
    return client


def address(name):
    return reverse(f"auth0_password:{name}", args=ARGUMENTS.get(name))


def by_a_proxy(get_response):
    """A site where a proxy names the user anew with every request: no session brings them."""

    def middleware(request):
        request.user = get_user_model().objects.get(username="bob")
        return get_response(request)

    return middleware


def test_the_page_that_waits_leads_nobody_in_circles(bob, client, settings, later, auth0_gateway):
    place = settings.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], f"{__name__}.by_a_proxy", *settings.MIDDLEWARE[place:]]
    assert client.post(address("change_email")).url == address("waiting")
    auth0_gateway.change_password("auth0|bob")
    later(seconds=40)
    answers = [client.get(address("waiting")) for _ in range(2)]
    assert PasswordState.objects.get(user=bob).sessions_valid_since is not None
    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", ["anonymous", "bob", "flagged"])
def test_headers(request, bob, grace, client, name, who):
    if who != "anonymous":
        client.force_login(bob)
    if who == "flagged":
        require_reset(bob, reason="administrator", by=grace)
    for answer in (client.get(address(name)), client.post(address(name))):
        foreign = name == "session_end" and answer.status_code == 404
        if answer.status_code == 405 or foreign or (who == "anonymous" and name not in PUBLIC):
            continue  # Django's own answers
        assert "no-store" in answer["Cache-Control"], answer
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_get_changes_nothing(signed_in, auth0_gateway, name, method):
    def everything():
        return [list(model.objects.values()) for model in (PasswordState, ResetRequirement, Throttle, UsedToken)]

    before = everything()
    answer = getattr(signed_in, method)(address(name))
    assert (answer.status_code == 405) == (name not in GETS)
    assert everything() == before
    assert auth0_gateway.tickets == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"profile", "required", "waiting", "status"}))
def test_a_post_needs_the_csrf_token(bob, name):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    assert strict.post(address(name)).status_code == 403


def test_no_page_of_ours_runs_in_a_transaction():
    for pattern in get_resolver("auth0_password.urls").url_patterns:
        assert pattern.callback._non_atomic_requests >= {"default"}


def test_only_the_documented_pages_are_open_to_everybody_or_to_blocked_users():
    public = {p.name for p in urls.urlpatterns if getattr(p.callback, "login_required", True) is False}
    exempt = {p.name for p in urls.urlpatterns if getattr(p.callback, "auth0_password_exempt", False)}
    assert public == PUBLIC | RECEIVERS
    assert exempt == RECEIVERS | set(NAMES) - {"profile", "session_end", "sessions_end_others"}


def test_hostile_words_are_shown_as_words(signed_in, bob, grace):
    require_reset(bob, reason="administrator", by=grace, message="<script>alert(1)</script>{{ 7|add:7 }}")
    text = signed_in.get(address("required")).content.decode()
    assert "&lt;script&gt;" in text
    assert "{{ 7|add:7 }}" in text
    assert "<script" not in text


@pytest.mark.parametrize(
    "value",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/account/sign-out/",
     "/account/check/", "/account/required/?next=/account/required/", "/admin/logout/", "/x" * 3000,
     "\r\nSet-Cookie: a=b"],
)  # fmt: skip
def test_where_next_may_lead(signed_in, value):
    answer = signed_in.get(address("required"), {"next": value})
    assert (answer.status_code, answer.url) == (303, "/account/")


def test_the_page_says_why_and_who(signed_in, bob, grace):
    require_reset(bob, reason="breach", by=grace)
    text = signed_in.get(address("required")).content.decode()
    assert "may be known to others" in text
    assert "Asked for by Grace" in text
    assert "Send me a link" in text
    assert "the current password may be known to others, so it proves nothing" in text
    assert address("change_ticket") not in text
    assert address("change_reauthenticate") not in text


def test_somebody_local_is_told_that_there_is_nothing_to_change(client, grace):
    client.force_login(grace)
    text = client.get(address("profile")).content.decode()
    assert "A password of this site itself" in text
    assert address("change_reauthenticate") not in text


def test_signing_out_ends_the_session_at_auth0_too(bob, client):
    client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    answer = client.post(address("sign_out"))
    assert "/v2/logout?client_id=demo-login-client&returnTo=http%3A%2F%2Ftestserver%2F" in answer.url
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address("sign_out")).url == "/"


def test_who_has_time_left_is_reminded_and_goes_on(signed_in, bob, grace):
    require_reset(bob, reason="policy", by=grace, enforce_from=timezone.now() + timedelta(hours=3))
    profile, page = (signed_in.get(address(name)).content.decode() for name in ("profile", "required"))
    assert signed_in.get("/").status_code == 200
    for text in (profile, page):
        assert "You can go on using this site until" in text
    assert address("required") in profile


def test_who_is_held_back_is_not_told_that_they_can_go_on(signed_in, bob, grace):
    require_reset(bob, reason="policy", by=grace)
    assert signed_in.get(address("profile")).url.startswith(address("required"))
    assert "You can go on" not in signed_in.get(address("required")).content.decode()

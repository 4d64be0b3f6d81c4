"""Receivers in sites of all kinds: they need no session, no CSRF token, no transaction and no user."""

from __future__ import annotations

import json

import pytest
from django.db import connections
from django.test import AsyncClient
from django.urls import resolve, reverse

from auth0_password.models import PasswordState
from auth0_password.services import require_reset
from tests.unit.webhooks.conftest import BOB, TOKEN

NAMES = ["hook_action", "hook_logs", "backchannel_logout"]
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
RECORD = json.dumps({"type": "scp", "user_id": BOB})


@pytest.mark.parametrize("name", NAMES)
class TestMarks:
    @pytest.fixture
    def view(self, name):
        return resolve(reverse(f"auth0_password:{name}")).func

    def test_outside_transactions_of_every_database(self, view):
        assert set(connections) <= view._non_atomic_requests

    def test_for_nobody_in_particular(self, view):
        assert view.login_required is False
        assert view.csrf_exempt is True
        assert view.auth0_password_exempt is True


def test_where_every_page_wants_a_sign_in(bob, stream, log_token, settings):
    assert LOGIN_REQUIRED in settings.MIDDLEWARE
    assert stream(RECORD).status_code == 204


def test_the_user_is_not_even_loaded(bob, machine, stream, log_token, django_assert_num_queries, settings):
    """Somebody who is blocked tries it in their browser: the session is not looked at."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != LOGIN_REQUIRED]
    require_reset(bob, reason="breach")
    machine.force_login(bob)
    with django_assert_num_queries(0):
        assert stream("[]").status_code == 204


@pytest.mark.django_db(transaction=True)
async def test_in_an_async_stack(auth0_gateway, django_user_model, log_token):
    from asgiref.sync import sync_to_async

    from auth0_password.services import subjects

    def bind():
        auth0_gateway.add(BOB)
        subjects.bind(django_user_model.objects.create_user("bob"), auth0_gateway.read_user(BOB))

    await sync_to_async(bind)()
    client, path = AsyncClient(enforce_csrf_checks=True), reverse("auth0_password:hook_logs")
    headers = {"Authorization": TOKEN}
    response = await client.post(path, RECORD, content_type="application/json", headers=headers)
    assert response.status_code == 204
    assert (await PasswordState.objects.aget()).check_due_at is not None
    response = await client.post(path, "x" * (2**20 + 1), content_type="application/json", headers=headers)
    assert response.status_code == 413


def test_a_view_before_us_may_have_read_the_body(bob, stream, log_token, settings):
    """Some middleware looks into forms."""
    settings.MIDDLEWARE = ["tests.unit.webhooks.test_surroundings.nosy", *settings.MIDDLEWARE]
    assert stream(RECORD).status_code == 204
    assert PasswordState.objects.get().check_due_at is not None


def nosy(get_response):
    def look_and_go_on(request):
        assert request.POST is not None
        assert request.body
        return get_response(request)

    return look_and_go_on

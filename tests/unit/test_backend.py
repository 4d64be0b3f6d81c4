"""The sign-in backend beyond the stories: rows of the stock backend, what is kept, and async."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import aauthenticate, aget_user
from social_django.models import UserSocialAuth

from auth0_password.backends import Auth0PasswordBackend
from auth0_password.models import PasswordState
from tests.stories.people import ALICE, ALICES, sign_in

SUBJECT = "auth0|64f0c0ffee000000000a11ce"


@pytest.fixture
def alice(django_user_model):
    return django_user_model.objects.create_user("alice-of-old", ALICE)


def test_a_row_of_the_stock_backend_goes_on_working(site, browser, alice):
    """`Auth0OAuth2` wrote `id_key="user_id"`, and kept the tokens."""
    UserSocialAuth.objects.create(user=alice, provider="auth0", uid=SUBJECT, id_key="user_id")
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert browser.page.h1 == "My loans"
    assert UserSocialAuth.objects.get().user == alice
    assert PasswordState.objects.get().user == alice


def test_no_token_is_kept_anywhere(site, browser, django_user_model):
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert UserSocialAuth.objects.get().extra_data == {"user_id": SUBJECT}
    from django.contrib.sessions.models import Session

    [session] = [row.get_decoded() for row in Session.objects.all()]
    assert not re.search(r"eyJ[\w-]{10,}\.[\w-]{10,}\.", str(session))


def test_an_address_says_nothing_about_who_it_is(site, browser, alice):
    """Somebody local has Alice's address: her subject gets an account of its own."""
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert UserSocialAuth.objects.get().user != alice


def test_an_inactive_user_is_nobody(db, alice):
    backend = Auth0PasswordBackend()
    assert backend.get_user(alice.pk) == alice
    alice.is_active = False
    alice.save()
    assert backend.get_user(alice.pk) is None
    assert backend.get_user(0) is None


@pytest.mark.parametrize("known", [True, False])
def test_the_state_arrives_with_the_user(db, alice, django_assert_num_queries, known):
    if known:
        PasswordState.objects.create(user=alice)
    with django_assert_num_queries(1):
        user = Auth0PasswordBackend().get_user(alice.pk)
        assert hasattr(user, "password_state") is known


@pytest.mark.django_db(transaction=True)
async def test_async(alice, async_client):
    await async_client.aforce_login(alice, backend="auth0_password.backends.Auth0PasswordBackend")
    request = type("Request", (), {"session": await async_client.asession()})()
    assert await aget_user(request) == alice
    assert await aauthenticate(username="alice-of-old", password="wrong") is None
    assert await Auth0PasswordBackend().aget_user(0) is None

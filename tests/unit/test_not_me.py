"""“This was not me”: the link in the mail about a change."""

from __future__ import annotations

import re
from unittest.mock import Mock

import pytest
from django.core import mail, signing
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from auth0_password.conf import conf
from auth0_password.models import PasswordChange, PasswordState, ResetRequirement
from auth0_password.services import look, reconcile, require_reset, state_of, throttles
from auth0_password.services.disputes import SIGNER, change_of, dispute, token_of
from auth0_password.services.revocation import ASK_AGAIN
from auth0_password.services.sessions import Stamp
from auth0_password.services.subjects import note_sign_in
from auth0_password.services.tickets import may_have_ticket
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(bob, auth0_gateway, later):
    """Somebody has changed Bob's password; he has the mail."""
    later(minutes=5)
    auth0_gateway.change_password(BOB)
    look(bob)
    reconcile()
    return PasswordChange.objects.get()


@pytest.fixture
def link(change):
    return re.search(r"/account/not-me/\S+/", mail.outbox[0].body)[0]


def everything():
    return [list(model.objects.values()) for model in (PasswordState, ResetRequirement, PasswordChange)]


def test_opening_it_changes_nothing_and_names_nobody(client, link):
    before = everything()
    for _ in range(2):
        answer = client.get(link)
        assert answer.status_code == 200
    text = answer.content.decode()
    assert "Was this you?" in text
    assert "b••@example.com" in text
    assert "bob@example.com" not in text
    assert answer["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert everything() == before


def test_saying_so_closes_every_door(client, bob, link, auth0_gateway, later):
    mallory = Client()
    later(seconds=30)
    mallory.force_login(bob)
    assert mallory.get("/").wsgi_request.user == bob
    answer = client.post(link)
    assert (answer.status_code, answer.url) == (303, link)
    page = client.get(link).content.decode()
    assert page.count("closed the account") == 2, "in its heading, and in the browser's title"

    assert mallory.get("/").wsgi_request.user.is_anonymous
    state = PasswordState.objects.get(user=bob)
    assert state.needs_reset
    assert [row.reason for row in ResetRequirement.objects.open()] == ["breach"]
    reconcile()
    assert auth0_gateway.revoked[-1] == (BOB, None)
    told = mail.outbox[-1]
    assert told.to == ["grace@example.com"]
    assert str(bob.pk) in told.body
    assert "bob@example.com" not in told.body + told.subject


def test_a_second_factor_that_mallory_enrolled_proves_nothing_afterwards(
    client, bob, change, link, auth0_gateway, later
):
    """Bob had none. Mallory has signed in with one between the change and Bob's word."""
    later(minutes=1)
    note_sign_in(bob, mfa=True)
    later(minutes=1)
    client.post(link)
    later(minutes=1)
    second = int(auth0_gateway.now().timestamp())
    claims = {"sub": BOB, "iat": second, "auth_time": second, "amr": ["mfa"]}
    state = PasswordState.objects.get(user=bob)
    mallory = Stamp.of_sign_in(claims, state, reauthenticated=True)
    assert mallory.counts(state)
    assert not may_have_ticket(state, mallory)
    note_sign_in(bob, mfa=True)
    assert not may_have_ticket(PasswordState.objects.get(user=bob), mallory)


def test_said_twice_is_said_once(client, link, auth0_gateway):
    for _ in range(3):
        client.post(link)
        reconcile()
    assert ResetRequirement.objects.count() == 1
    assert [one.to for one in mail.outbox].count(["grace@example.com"]) == 1
    assert len(auth0_gateway.revoked) == 2


def test_after_the_next_change_the_old_link_ends_nothing_more(client, bob, link, auth0_gateway, later):
    client.post(link)
    later(minutes=5)
    auth0_gateway.change_password(BOB)
    look(bob)
    assert not state_of(bob).needs_reset
    client.post(link)
    assert not PasswordState.objects.get(user=bob).needs_reset


def test_it_lasts_two_weeks(client, link, later):
    later(days=13, hours=23)
    assert client.get(link).status_code == 200
    later(hours=2)
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 410
    assert not ResetRequirement.objects.exists()


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.replace(":", "."), lambda t: "a"])
def test_a_damaged_link(client, change, spoil):
    answer = client.post(reverse("auth0_password:not_me", args=[spoil(token_of(change))]))
    assert answer.status_code == 410
    assert "does not work any more" in answer.content.decode()
    assert not ResetRequirement.objects.exists()


@pytest.mark.parametrize("payload", ["", "1", ".", "x.y", "1.zzz", f"{10**30}.a", "1.\0", "٣.a", "-1."])
def test_what_we_signed_in_another_shape(client, change, payload):
    assert client.get(reverse("auth0_password:not_me", args=[SIGNER.sign(payload)])).status_code == 410


def test_what_we_signed_for_another_purpose(client, change):
    token = signing.TimestampSigner(salt="something else").sign(f"{change.pk}.{change.subject_key[:16]}")
    assert client.get(reverse("auth0_password:not_me", args=[token])).status_code == 410


def test_an_inactive_user_is_signed_out_all_the_same(bob, change):
    bob.is_active = False
    bob.save()
    assert dispute(change_of(token_of(change)))
    assert PasswordState.objects.get(user=bob).sessions_ended_at is not None
    assert [row.status for row in ResetRequirement.objects.all()] == ["skipped"]
    reconcile(["warn"])
    assert mail.outbox[-1].to == ["grace@example.com"]


def test_the_token_is_in_no_log(client, link, caplog):
    with caplog.at_level("DEBUG"):
        client.get(link)
        client.post(link)
    assert link.split("/")[-2] not in caplog.text


@pytest.mark.parametrize("status", [410, 500, 503])
def test_nor_where_the_link_is_answered_with_a_refusal(client, link, later, caplog, monkeypatch, status):
    """Django logs the path of such an answer, and its report to the administrators shows it."""
    client.raise_request_exception = False
    if status == 410:
        later(days=15)
    error = {410: None, 500: ValueError, 503: DatabaseError}[status]
    if error:
        monkeypatch.setattr("auth0_password.views.not_me.change_of", Mock(side_effect=error))
    with caplog.at_level("DEBUG"):
        assert client.get(link).status_code == status
    [logged] = [record for record in caplog.records if record.name == "django.request"]
    assert "/account/not-me/" in logged.getMessage()
    token = link.split("/")[-2]
    assert token not in logged.getMessage() + ExceptionReporter(logged.request, None, None, None).get_traceback_text()


def test_somebody_blocked_can_say_so(client, bob, link):
    require_reset(bob, reason="policy")
    client.force_login(bob)
    assert client.get(link).status_code == 200


def test_access_is_asked_to_be_ended_even_if_it_was_not_allowed_a_moment_ago(client, change, link, auth0_gateway):
    throttles.claim("revoke_off", conf.DOMAIN.host, ASK_AGAIN, timezone.now())
    client.post(link)
    reconcile(["revoke"])
    assert auth0_gateway.revoked[-1] == (BOB, None)

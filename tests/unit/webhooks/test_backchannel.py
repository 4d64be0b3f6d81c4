"""`backchannel-logout/`: a session ended at Auth0, so it ends here; that one, or those that are older."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.models import PasswordState, SignIn, UsedToken
from auth0_password.services import pushes, reconcile, require_reset, subjects
from auth0_password.services.sessions import STAMP_KEY, Stamp
from auth0_password.signals import sessions_ended
from tests.unit.webhooks.conftest import ALICE, BOB, is_due

PATH = "/account/backchannel-logout/"


@pytest.fixture
def alice(db, auth0_gateway, django_user_model, later):
    auth0_gateway.add(ALICE)
    user = django_user_model.objects.create_user("alice")
    subjects.bind(user, auth0_gateway.read_user(ALICE))
    later(minutes=1)
    return user


@pytest.fixture
def signs_in(later, auth0_gateway):
    """A browser in which somebody signs in now, through a session at Auth0 of that name."""

    def sign_in(user, sid="", *, ago=0):
        client, second = Client(), int(later().timestamp())
        state = PasswordState.objects.get(user=user)
        claims = {"sub": state.subject, "iat": second, "auth_time": second - ago, "sid": sid}
        client.force_login(user)
        session = client.session
        session[STAMP_KEY] = Stamp.of_sign_in(claims, state).to_session()
        session.save()
        return client

    return sign_in


@pytest.fixture
def post(machine, auth0_gateway):
    """Post a token, or that form."""

    def send(token="", **options):
        options = {"data": f"logout_token={token}", "content_type": "application/x-www-form-urlencoded", **options}
        return machine.post(PATH, **options)

    return send


def is_in(client):
    return client.get(reverse("auth0_password:profile")).status_code == 200


class TestWhichSessions:
    def test_the_one_that_is_named(self, bob, alice, signs_in, post, auth0_gateway):
        phone, laptop, hers = signs_in(bob, "sid-1"), signs_in(bob, "sid-2"), signs_in(alice, "sid-3")
        response = post(auth0_gateway.logout_token(BOB, sid="sid-1"))
        assert (response.status_code, response.content) == (200, b"")
        assert [is_in(one) for one in (phone, laptop, hers)] == [False, True, True]

    def test_every_browser_of_that_session_at_auth0(self, bob, signs_in, post, auth0_gateway):
        both = [signs_in(bob, "sid-1"), signs_in(bob, "sid-1")]
        post(auth0_gateway.logout_token(BOB, sid="sid-1"))
        assert not any(map(is_in, both))

    def test_all_of_a_user_without_a_name(self, bob, alice, signs_in, post, auth0_gateway, later):
        his, hers = [signs_in(bob, "sid-1"), signs_in(bob, "sid-2"), signs_in(bob)], signs_in(alice, "sid-3")
        later(seconds=1)
        post(auth0_gateway.logout_token(BOB))
        assert [is_in(one) for one in (*his, hers)] == [False, False, False, True]

    def test_late_news_do_not_end_what_began_since(self, bob, signs_in, post, auth0_gateway, later):
        older = signs_in(bob, "sid-1")
        later(seconds=5)
        token = auth0_gateway.logout_token(BOB)
        later(seconds=5)
        newer = signs_in(bob, "sid-2")
        later(minutes=1)
        post(token)
        assert [is_in(older), is_in(newer)] == [False, True]

    def test_a_session_of_which_only_the_name_is_told(self, bob, signs_in, post, auth0_gateway, later):
        client = signs_in(bob, "sid-1")
        SignIn.objects.create(
            key="row", user=bob, sid="sid-1", started_at=later(), expires_at=later() + timedelta(days=1)
        )
        post(auth0_gateway.logout_token(sid="sid-1"))
        assert not is_in(client)

    def test_it_lowers_nothing(self, bob, post, auth0_gateway):
        require_reset(bob, reason="breach")
        post(auth0_gateway.logout_token(BOB))
        reconcile(["check"])
        assert PasswordState.objects.get().needs_reset

    def test_it_is_a_hint(self, bob, post, auth0_gateway):
        """A change may be why Auth0 ended it (`password-changed`); the token does not say."""
        post(auth0_gateway.logout_token(BOB, sid="sid-1"))
        assert is_due(bob)

    def test_it_begins_no_session(self, bob, post, auth0_gateway):
        assert not post(auth0_gateway.logout_token(BOB)).cookies


class TestTheAnswer:
    def test_is_the_same_whoever_it_is_about(self, bob, post, auth0_gateway):
        answers = [
            post(auth0_gateway.logout_token(subject, sid=sid))
            for subject, sid in ((BOB, "sid-1"), (BOB, ""), ("auth0|stranger", ""), ("auth0|stranger", "x"), ("", "x"))
        ]
        assert {(one.status_code, one.content, one["Cache-Control"]) for one in answers} == {(200, b"", "no-store")}

    @pytest.mark.parametrize(
        "body",
        ["", "logout_token=", "logout_token=x", "token=x", "logout_token=a&logout_token=b", "é", "a&" * 50_000,
         "logout_token=" + "x" * 200_000, "&".join(f"a{n}=1" for n in range(11))],
        ids=range(9),
    )  # fmt: skip
    def test_to_what_is_no_token(self, db, post, body):
        response = post(data=body)
        assert (response.status_code, response.content, response["Cache-Control"]) == (400, b"", "no-store")

    @pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
    def test_to_what_is_no_form(self, bob, post, auth0_gateway, kind):
        token = auth0_gateway.logout_token(BOB)
        assert post(data=f"logout_token={token}", content_type=kind).status_code == 400

    def test_to_too_much(self, db, post):
        assert post(data="logout_token=" + "x" * 2**18).status_code == 413

    def test_to_another_method(self, db, machine):
        assert machine.get(PATH).status_code == 405

    @pytest.mark.parametrize("error", [GatewayUnavailableError("keys"), OperationalError("locked")])
    def test_to_what_may_pass(self, bob, signs_in, post, auth0_gateway, monkeypatch, error):
        """It can be sent again, and ends the session then."""
        client, token = signs_in(bob, "sid-1"), auth0_gateway.logout_token(BOB, sid="sid-1")

        def broken(*_args, **_options):
            raise error

        where = pushes if isinstance(error, OperationalError) else auth0_gateway
        with monkeypatch.context() as once:
            once.setattr(where, "end_session" if where is pushes else "verify_logout_token", broken)
            response = post(token)
        assert (response.status_code, response.content, response["Cache-Control"]) == (503, b"", "no-store")
        assert is_in(client)
        assert post(token).status_code == 200
        assert not is_in(client)


class TestAgain:
    @pytest.fixture
    def heard(self):
        events = []

        def hear(event, **_):
            events.append(event.event_id)

        sessions_ended.connect(hear)
        yield events
        sessions_ended.disconnect(hear)

    def test_nobody_is_told_twice(self, bob, post, auth0_gateway, heard, django_capture_on_commit_callbacks):
        token = auth0_gateway.logout_token(BOB, sid="sid-1")
        with django_capture_on_commit_callbacks(execute=True):
            assert [post(token).status_code for _ in range(3)] == [200, 200, 200]
        assert len(heard) == 1
        assert UsedToken.objects.count() == 1

    def test_its_name_is_forgotten_when_nobody_would_take_it(self, bob, post, auth0_gateway, later):
        post(auth0_gateway.logout_token(BOB))
        assert UsedToken.objects.get().expires_at >= later(minutes=3)

    def test_killed_in_between(self, bob, signs_in, post, auth0_gateway, monkeypatch):
        """After the sessions ended, before that is noted: doing it again ends nothing more."""
        token = auth0_gateway.logout_token(BOB)

        def killed(*_args, **_options):
            raise OperationalError("gone")

        with monkeypatch.context() as once:
            once.setattr(pushes, "hint", killed)
            assert post(token).status_code == 503
        newer = signs_in(bob, "sid-2")
        assert post(token).status_code == 200
        assert is_in(newer)

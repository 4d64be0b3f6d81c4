"""Whom an Action hands over: who gets a change link, in which browser, once (FLOWS C4a)."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from social_django.models import UserSocialAuth

from auth0_password import checks
from auth0_password.conf import conf
from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.gateway import Identity
from auth0_password.models import PasswordState, SignIn, Throttle, UsedToken
from auth0_password.services import require_reset
from auth0_password.services.sessions import STAMP_KEY, Stamp, stamp_session
from auth0_password.services.waiting import noted_change
from tests.support.action_tokens import ABSENT, session_token
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db
HOST, SITE = "127.0.0.1:8001", "https://library.example.com"
SECRET = "h4-share-this-with-one-Action-of-the-tenant"
HANDOVER, CALLBACK, LOGIN = "/account/handover/", "/complete/auth0/", "/account/login/"
AGAIN, INSTRUCTIONS = "/account/change/sign-in-again/", "/account/instructions/"
ALICE, STRANGER = "auth0|alice", "auth0|nobody-here"
GOOGLE = Identity(provider="google-oauth2", connection="google-oauth2", user_id="1")


@pytest.fixture(autouse=True)
def configure(settings, auth0_gateway, clock):
    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **changes}
        from auth0_password.gateway import set_gateway

        set_gateway(auth0_gateway)

    change(HANDOVER_SECRET=SECRET, SITE_URL=SITE)
    return change


@pytest.fixture
def signed_in(bob, client, later, auth0_gateway):
    """Bob, here since ten minutes ago."""
    client.force_login(bob)
    now = int(auth0_gateway.now().timestamp())
    session = client.session
    stamp_session(session, Stamp.of_sign_in({"sub": BOB, "iat": now, "auth_time": now, "sid": "sid-1"}, None))
    session.save()
    later(minutes=10)
    return client


def asked(answer):
    """The query with which the browser is sent to the tenant."""
    url = urlsplit(answer["Location"])
    assert (answer.status_code, url.netloc, url.path) == (303, HOST, "/authorize")
    return {name: values[0] for name, values in parse_qs(url.query).items()}


def begin(client, **data):
    """As somebody who is not signed in."""
    return asked(client.post(LOGIN, {"choose": "1", "next": "/loans/", **data}))


def begin_again(client):
    """As somebody who is."""
    return asked(client.post(AGAIN, {"next": "/loans/"}))


def token(state, subject=BOB, *, secret=SECRET, **changes):
    now = int(time.time())
    claims = {
        "exp": now + 60, "purpose": "change-password", "aud": SITE, "app_state": state, "method": "pwd",
        "auth_at": now * 1000, **changes,
    }  # fmt: skip
    return session_token(subject, host=HOST, secret=secret, **claims)


def hand_over(client, session_token):
    return client.post(HANDOVER, {"session_token": session_token})


def is_at_the_ticket(answer):
    return answer.status_code == 303 and answer["Location"].startswith(f"http://{HOST}/u/reset-verify?ticket=")


def title(answer):
    return re.search(r"<h1>(.*?)</h1>", answer.content.decode())[1]


class TestSignedIn:
    def test_asked_for_by_a_scope(self, signed_in):
        query = begin_again(signed_in)
        assert query["scope"].split() == ["openid", "profile", "email", "update:password"]
        assert (query["prompt"], query["max_age"]) == ("login", "0")

    @pytest.mark.parametrize("missing", ["HANDOVER_SECRET", "SITE_URL"])
    def test_only_where_somebody_is_taken_over(self, signed_in, configure, missing):
        configure(**{missing: ""})
        assert "update:password" not in begin_again(signed_in)["scope"]

    def test_never_by_an_ordinary_sign_in(self, client, db):
        assert "update:password" not in asked(client.post(LOGIN, {"next": "/loans/"}))["scope"]

    def test_the_page(self, signed_in):
        there = token(begin_again(signed_in)["state"])
        page = signed_in.get(HANDOVER, {"session_token": there})
        text = page.content.decode()
        assert (page.status_code, title(page)) == (200, "Choose the new password")
        assert text.count(there) == 1
        assert re.search(r'<form method="post" action="/account/handover/" id="ap-goes-on">', text)
        assert "verified.js" in text
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"  # its own form needs an Origin

    def test_opening_it_does_nothing(self, signed_in, auth0_gateway):
        there = token(begin_again(signed_in)["state"])
        before, calls = (list(PasswordState.objects.values()), dict(signed_in.session)), list(auth0_gateway.calls)
        for method in ("get", "head", "options", "get"):
            getattr(signed_in, method)(HANDOVER, {"session_token": there})
        assert (list(PasswordState.objects.values()), dict(signed_in.session)) == before
        assert auth0_gateway.calls == calls
        assert is_at_the_ticket(hand_over(signed_in, there))

    def test_the_ticket(self, signed_in, auth0_gateway):
        before = signed_in.session.session_key
        answer = hand_over(signed_in, token(begin_again(signed_in)["state"]))
        assert is_at_the_ticket(answer)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert len(auth0_gateway.tickets) == 1
        assert noted_change(signed_in.session).next == "/loans/"
        assert signed_in.session.session_key != before

    def test_it_is_the_sessions_new_sign_in(self, signed_in, auth0_gateway):
        now = int(auth0_gateway.now().timestamp())
        hand_over(signed_in, token(begin_again(signed_in)["state"], auth_at=now * 1000 - 1500))
        stamp = Stamp.from_session(signed_in.session)
        assert (stamp.since, stamp.auth_age, stamp.sid) == (now - 1.5, 1.5, "sid-1")
        assert (stamp.strategy, stamp.reauthenticated) == ("auth0", True)
        assert SignIn.objects.filter(key=stamp.id).count() == 1

    def test_without_a_way_back_the_page_waits(self, signed_in, configure, auth0_gateway):
        configure(LOGIN_ROUTE=False)
        answer = hand_over(signed_in, token(begin_again(signed_in)["state"]))
        assert (answer.status_code, answer["Location"]) == (303, "/account/waiting/")
        assert auth0_gateway.tickets == []
        assert is_at_the_ticket(signed_in.post("/account/change/ticket/", {"tab": "1"}))

    def test_blocked(self, signed_in, bob, auth0_gateway):
        require_reset(bob, reason="policy")
        there = token(begin_again(signed_in)["state"])
        assert signed_in.get(HANDOVER, {"session_token": there}).status_code == 200
        assert is_at_the_ticket(hand_over(signed_in, there))

    def test_linked(self, signed_in, auth0_gateway):
        """Only whoever signed in with the password is handed over."""
        profile = auth0_gateway.users[BOB]
        auth0_gateway.users[BOB] = replace(profile, identities=(*profile.identities, GOOGLE))
        assert is_at_the_ticket(hand_over(signed_in, token(begin_again(signed_in)["state"])))

    def test_within_the_organization(self, signed_in):
        session = signed_in.session
        session[STAMP_KEY] |= {"org": "org_7"}
        session.save()
        for organization in (ABSENT, "org_8"):
            answer = hand_over(signed_in, token(begin_again(signed_in)["state"], organization=organization))
            assert title(answer) == "You came back from another organization"
        answer = hand_over(signed_in, token(begin_again(signed_in)["state"], organization="org_7"))
        assert is_at_the_ticket(answer)


class TestNotSignedIn:
    def test_asked_for(self, client, db):
        query = begin(client)
        assert query["scope"].endswith("update:password")
        assert (query["prompt"], query["max_age"], query["connection"]) == ("login", "0", conf.CONNECTION)
        assert "login_hint" not in query

    def test_whoever_has_been_here(self, client, bob, auth0_gateway):
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"])))
        assert PasswordState.objects.get(user=bob).check_due_at is not None
        assert "_auth_user_id" not in client.session
        assert noted_change(client.session).next == "/loans/"

    def test_whoever_has_not(self, client, db, auth0_gateway):
        auth0_gateway.add(STRANGER)
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"], STRANGER)))
        assert not PasswordState.objects.exists()

    def test_with_linked_identities(self, client, db, auth0_gateway):
        profile = auth0_gateway.add(STRANGER)
        auth0_gateway.users[STRANGER] = replace(profile, identities=(*profile.identities, GOOGLE))
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"], STRANGER)))

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"blocked": True}, "This account is blocked"),
            ({"identities": (GOOGLE,)}, "Your password is not kept here"),
        ],
    )
    @pytest.mark.parametrize("who", [BOB, STRANGER])
    def test_the_read_decides(self, client, bob, auth0_gateway, who, fields, words):
        auth0_gateway.users[who] = replace(auth0_gateway.add(who), **fields)
        answer = hand_over(client, token(begin(client)["state"], who))
        assert title(answer) == words
        assert auth0_gateway.tickets == []

    def test_a_breach_that_another_site_knows_of(self, client, db, auth0_gateway, later):
        """The copy of the flag says so; once it is lowered or answered it says nothing any more."""
        breach = {"passwordResetRequiredAt": "2026-11-20T08:00:00.000Z", "passwordResetReason": "breach"}
        auth0_gateway.add(STRANGER, app_metadata={**breach, "needsPasswordReset": True})
        answer = hand_over(client, token(begin(client)["state"], STRANGER, mfa=True))
        assert title(answer) == "This needs a link by e-mail"
        auth0_gateway.add(STRANGER, app_metadata={**breach, "needsPasswordReset": False})
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"], STRANGER)))
        auth0_gateway.add(STRANGER, app_metadata={**breach, "needsPasswordReset": True})
        auth0_gateway.change_password(STRANGER)
        later(seconds=1)
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"], STRANGER)))

    def test_a_breach_that_another_site_knows_of_and_this_one_does_not(self, client, bob, auth0_gateway, later):
        """For whoever is known here, too: the flag is taken over without its reason."""
        breach = {"passwordResetRequiredAt": "2026-11-20T08:00:00.000Z", "passwordResetReason": "breach"}
        auth0_gateway.add(BOB, app_metadata={**breach, "needsPasswordReset": True})
        PasswordState.objects.update(mfa_seen_at=timezone.now() - timedelta(days=1))
        answer = hand_over(client, token(begin(client)["state"], mfa=True))
        assert title(answer) == "This needs a link by e-mail"
        assert auth0_gateway.tickets == []
        auth0_gateway.change_password(BOB)
        later(seconds=1)
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"])))

    @pytest.mark.parametrize("provider", ["auth0", "auth0_openidconnect"])
    def test_a_breach_of_somebody_who_signed_in_before_this_package_was_here(
        self, client, django_user_model, auth0_gateway, later, provider
    ):
        """Nobody is bound to that subject yet, so the tenant has no copy of the flag."""
        auth0_gateway.add(ALICE)
        alice = django_user_model.objects.create_user("alice")
        UserSocialAuth.objects.create(user=alice, provider=provider, uid=ALICE)
        require_reset(alice, reason="policy")
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"], ALICE)))
        require_reset(alice, reason="breach")
        answer = hand_over(client, token(begin(client)["state"], ALICE, mfa=True))
        assert title(answer) == "This needs a link by e-mail"
        assert len(auth0_gateway.tickets) == 1
        later(minutes=10)
        auth0_gateway.change_password(ALICE)
        later(seconds=1)
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"], ALICE)))

    @pytest.mark.parametrize("who", [BOB, STRANGER])
    def test_with_identities_of_two_databases(self, client, bob, auth0_gateway, who):
        """Which of the two passwords was typed, nobody says."""
        profile = auth0_gateway.add(who)
        partner = Identity(provider="auth0", connection="partners", user_id="2")
        auth0_gateway.users[who] = replace(profile, identities=(*profile.identities, partner))
        answer = hand_over(client, token(begin(client)["state"], who))
        assert title(answer) == "This needs a link by e-mail"
        assert auth0_gateway.tickets == []

    @pytest.mark.parametrize("who", [BOB, STRANGER])
    def test_a_change_since_the_sign_in(self, client, bob, auth0_gateway, later, who):
        auth0_gateway.add(who)
        there = token(begin(client)["state"], who)
        later(seconds=1)
        auth0_gateway.change_password(who)
        answer = hand_over(client, there)
        assert title(answer) == "You were not asked for your password again"
        assert auth0_gateway.tickets == []

    @pytest.mark.parametrize("who", [BOB, STRANGER])
    def test_limits_count(self, client, bob, auth0_gateway, configure, who):
        configure(LIMITS={"ticket": "2/h"})
        auth0_gateway.add(who)
        for _ in range(2):
            assert is_at_the_ticket(hand_over(client, token(begin(client)["state"], who)))
        assert title(hand_over(client, token(begin(client)["state"], who))) == "Not so fast"

    def test_nobody_there(self, client, db):
        assert title(hand_over(client, token(begin(client)["state"], STRANGER))) == "This account is gone"

    def test_auth0_down(self, client, bob, auth0_gateway):
        auth0_gateway.failing = GatewayUnavailableError("down")
        answer = hand_over(client, token(begin(client)["state"]))
        assert answer.status_code == 503
        assert not UsedToken.objects.exists()
        auth0_gateway.failing = None
        assert is_at_the_ticket(hand_over(client, token(begin(client)["state"])))

    def test_without_a_way_back_it_opens_in_another_tab(self, client, bob, configure):
        configure(LOGIN_ROUTE=False)
        there = token(begin(client)["state"])
        text = client.get(HANDOVER, {"session_token": there}).content.decode()
        assert 'target="_blank" rel="noopener"' in text
        assert "ap-goes-on" not in text
        assert 'name="next" value="/loans/"' in text
        assert is_at_the_ticket(hand_over(client, there))

    @pytest.mark.parametrize("left_out", ["HANDOVER_SECRET", "SITE_URL"])
    def test_where_nobody_is_taken_over_there_is_no_such_way(self, client, bob, configure, left_out):
        there = token(begin(client)["state"])
        configure(**{left_out: ""})
        assert client.get(HANDOVER, {"session_token": there}).status_code == 404
        assert hand_over(client, there).status_code == 404
        assert begin(client)["scope"] == "openid profile email"

    def test_nor_where_the_site_leaves_it_out(self, client, db, configure):
        configure(WAYS=["email_link"])
        assert begin(client)["scope"] == "openid profile email"


class TestAfterABreach:
    """The old password proves nothing; a second factor does that was seen before."""

    @pytest.fixture(autouse=True)
    def breach(self, bob, grace):
        require_reset(bob, reason="breach", by=grace)

    @pytest.fixture(params=["signed in", "not"])
    def handed_over(self, request, client, bob, auth0_gateway, later):
        if request.param == "signed in":
            client.force_login(bob)
            session = client.session
            now = int(auth0_gateway.now().timestamp())
            stamp_session(session, Stamp.of_sign_in({"sub": BOB, "iat": now, "auth_time": now}, None))
            session.save()
        start = begin_again if request.param == "signed in" else begin
        return lambda **claims: hand_over(client, token(start(client)["state"], **claims))

    def test_with_the_password_only(self, handed_over, auth0_gateway):
        assert title(handed_over()) == "This needs a link by e-mail"
        assert auth0_gateway.tickets == []

    @pytest.mark.parametrize("mfa", [True, False, "true", 1, None])
    def test_with_a_second_factor(self, handed_over, mfa):
        PasswordState.objects.update(mfa_seen_at=timezone.now() - timedelta(days=1))
        assert is_at_the_ticket(handed_over(mfa=mfa)) is (mfa is True)

    def test_with_one_that_was_never_seen_before(self, handed_over):
        assert title(handed_over(mfa=True)) == "This needs a link by e-mail"
        PasswordState.objects.update(mfa_seen_at=timezone.now() + timedelta(minutes=1))
        assert title(handed_over(mfa=True)) == "This needs a link by e-mail"


class TestRefused:
    STALE = "This sign-in cannot be continued"

    def refused(self, client, there, gateway, words=STALE, *, post_only=False):
        before = list(PasswordState.objects.values())
        if not post_only:
            assert title(client.get(HANDOVER, {"session_token": there})) == words
        assert title(hand_over(client, there)) == words
        assert gateway.tickets == []
        assert list(PasswordState.objects.values()) == before

    @pytest.mark.parametrize("changes", [
        {"secret": "x" * 40}, {"exp": 1_700_000_000}, {"exp": ABSENT}, {"iss": "evil.example"}, {"sub": ABSENT},
        {"purpose": ABSENT}, {"purpose": "verify"}, {"aud": ABSENT}, {"aud": "https://other.example"}, {"aud": [SITE]},
        {"app_state": ABSENT}, {"app_state": ""}, {"app_state": "made-up"}, {"auth_at": ABSENT}, {"auth_at": "now"},
        {"method": "sms"}, {"method": ABSENT}, {"organization": 7},
    ])  # fmt: skip
    def test_tokens(self, client, bob, auth0_gateway, changes):
        self.refused(client, token(begin(client)["state"], **changes), auth0_gateway)

    def test_nothing_at_all(self, client, bob, auth0_gateway):
        self.refused(client, "", auth0_gateway)

    def test_what_stands_in_the_address_of_a_post_does_not_count(self, client, bob, auth0_gateway):
        there = token(begin(client)["state"])
        assert title(client.post(f"{HANDOVER}?session_token={there}", {})) == self.STALE

    def test_expired(self, client, bob, auth0_gateway, later):
        there = token(begin(client)["state"])
        later(seconds=120)
        self.refused(client, there, auth0_gateway)

    def test_another_browser(self, client, bob, auth0_gateway):
        """Whoever finds the address, with a session of their own or without."""
        there, other = token(begin(client)["state"]), Client()
        self.refused(other, there, auth0_gateway)
        begin(other)
        self.refused(other, there, auth0_gateway)
        assert is_at_the_ticket(hand_over(client, there))

    def test_a_second_time(self, client, bob, auth0_gateway):
        there = token(begin(client)["state"])
        assert is_at_the_ticket(hand_over(client, there))
        assert title(hand_over(client, there)) == self.STALE
        assert title(client.get(HANDOVER, {"session_token": there})) == self.STALE
        assert len(auth0_gateway.tickets) == 1

    def test_a_second_time_by_a_session_from_before(self, client, bob, auth0_gateway):
        """Sessions that lie in a cookie can be put back: the state is used up in the database."""
        there = token(begin(client)["state"])
        before = dict(client.session)
        hand_over(client, there)
        session = client.session
        session.update(before)
        session.save()
        assert title(hand_over(client, there)) == self.STALE
        assert len(auth0_gateway.tickets) == 1

    def test_the_callback_and_the_hand_over_are_one_trip(self, client, bob, auth0_gateway):
        state = begin(client)["state"]
        client.get(CALLBACK, {"state": state, "error": "access_denied"})
        self.refused(client, token(state), auth0_gateway)

    def test_a_sign_in_that_asked_for_no_change(self, client, bob, auth0_gateway):
        """`update:password` was added in the browser."""
        state = asked(client.post(LOGIN, {"next": "/loans/"}))["state"]
        self.refused(client, token(state), auth0_gateway, post_only=True)

    @pytest.mark.parametrize("ago", [6, 119, 100_000, -6])
    def test_a_sign_in_from_before(self, client, bob, auth0_gateway, ago):
        """`prompt` and `max_age` were stripped in the browser."""
        there = token(begin(client)["state"], auth_at=(int(time.time()) - ago) * 1000)
        words = self.STALE if ago < 0 else "You were not asked for your password again"
        self.refused(client, there, auth0_gateway, words, post_only=True)

    def test_that_took_a_minute(self, client, bob, later):
        state = begin(client)["state"]
        signed_in_at = later(seconds=30)
        later(seconds=30)
        assert is_at_the_ticket(hand_over(client, token(state, auth_at=int(signed_in_at.timestamp() * 1000))))

    def test_somebody_else_came_back(self, signed_in, auth0_gateway):
        auth0_gateway.add(ALICE)
        there = token(begin_again(signed_in)["state"], ALICE)
        self.refused(signed_in, there, auth0_gateway, "You came back as somebody else", post_only=True)
        assert "_auth_user_id" in signed_in.session

    @pytest.mark.parametrize("bound", [True, False])
    def test_somebody_else_signed_in_meanwhile(self, client, bob, grace, auth0_gateway, bound):
        """A person without an identity at Auth0 is somebody else, too."""
        auth0_gateway.add(ALICE)
        there = token(begin(client)["state"], ALICE)
        client.force_login(bob if bound else grace)
        self.refused(client, there, auth0_gateway, "You came back as somebody else", post_only=True)

    def test_signed_out_meanwhile(self, signed_in, auth0_gateway):
        there = token(begin_again(signed_in)["state"])
        signed_in.post("/account/sign-out/")
        self.refused(signed_in, there, auth0_gateway)

    def test_nothing_of_it_is_kept_or_logged(self, client, bob, caplog):
        there = token(begin(client)["state"])
        with caplog.at_level("DEBUG"):
            client.get(HANDOVER, {"session_token": there})
            hand_over(client, there)
            hand_over(client, there)
            hand_over(client, there + "x")
        kept = str([list(model.objects.values()) for model in (UsedToken, Throttle, PasswordState, SignIn)])
        for secret in (there, there.rpartition(".")[0], SECRET, "ticket="):
            assert secret not in caplog.text
            assert secret not in kept
        assert "a session token: signature" in caplog.text

    def test_without_a_csrf_token(self, bob):
        client = Client(enforce_csrf_checks=True)
        assert client.post(HANDOVER, {"session_token": "x"}).status_code == 403


class TestDenied:
    """What the Action's own words lead to, at the callback."""

    def denied(self, client, state, words, **query):
        query = {"state": state, "error": "access_denied", "error_description": words, **query}
        return client.get(CALLBACK, {name: value for name, value in query.items() if value is not None})

    def test_a_new_password_is_due(self, client, db):
        state = asked(client.post(LOGIN, {"next": "/loans/"}))["state"]
        answer = self.denied(client, state, "password_reset_required")
        assert (answer.status_code, answer["Location"]) == (303, f"{INSTRUCTIONS}?next=/loans/&denied=1")

    @pytest.mark.parametrize("words", ["password_reset_required", "reauthentication_required", "<b>anything</b>"])
    def test_only_an_answer_to_a_sign_in_of_ours(self, client, db, words):
        for state in ("made-up", None):
            assert title(self.denied(client, state, words)) == "This sign-in cannot be continued"

    @pytest.mark.parametrize("words", ["password_reset_required ", "Password_Reset_Required", "<b>other</b>", None])
    def test_other_words_are_compared_and_never_shown(self, client, db, words):
        answer = self.denied(client, begin(client)["state"], words)
        assert title(answer) == "The sign-in was not completed"
        assert "<b>" not in answer.content.decode()

    def test_another_error_with_these_words(self, client, db):
        answer = self.denied(client, begin(client)["state"], "password_reset_required", error="server_error")
        assert answer.status_code != 303

    def test_not_asked_again_may_be_tried_once_more(self, client, db):
        answer = self.denied(client, begin(client)["state"], "reauthentication_required")
        assert title(answer) == "You were not asked for your password again"
        text = answer.content.decode().split("<main", 1)[1]
        form = re.search(r'<form method="post" action="/account/login/">.*?</form>', text)[0]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        del fields["csrfmiddlewaretoken"]
        assert fields == {"choose": "1", "again": "1", "next": "/loans/"}
        answer = self.denied(client, begin(client, **fields)["state"], "reauthentication_required")
        assert title(answer) == "You were not asked for your password again"
        assert 'name="again"' not in answer.content.decode()
        assert 'name="choose"' not in answer.content.decode()

    def test_so_may_somebody_who_is_signed_in(self, signed_in):
        answer = self.denied(signed_in, begin_again(signed_in)["state"], "reauthentication_required")
        assert f'action="{AGAIN}"' in answer.content.decode()
        state = asked(signed_in.post(AGAIN, {"again": "1"}))["state"]
        answer = self.denied(signed_in, state, "reauthentication_required")
        assert f'action="{AGAIN}"' not in answer.content.decode()
        assert 'href="/account/required/"' in answer.content.decode()


class TestInstructions:
    def buttons(self, client, **query):
        text = client.get(INSTRUCTIONS, query).content.decode().split("<main", 1)[1]
        return re.findall(r'class="ap-btn[^"]*"[^>]*>([^<]+)<', text)

    def test_denied(self, client, db, configure):
        configure(FORCE_AT="deny")
        assert self.buttons(client) == ["Choose a new password", "Send me a message"]
        configure(WAYS=["reauthenticate"])
        assert self.buttons(client) == ["Choose a new password"]
        configure(WAYS=["email_link"])
        assert self.buttons(client) == ["Send me a message"]
        configure(WAYS=["universal_login"])
        assert self.buttons(client) == ["Open the sign-in page"]

    def test_without_a_hand_over(self, client, db, configure):
        configure(FORCE_AT="deny", HANDOVER_SECRET="")
        assert self.buttons(client) == ["Send me a message"]

    @pytest.mark.parametrize("mode", ["mail", "form"])
    def test_mailed(self, client, db, configure, mode):
        """With a form only after a breach."""
        configure(FORCE_AT=mode)
        assert self.buttons(client) == ["Sign in with the new password", "Sign in again"]
        assert self.buttons(client, denied="1") == ["Choose a new password", "Send me a message"]
        configure(HANDOVER_SECRET="")
        assert self.buttons(client) == ["Sign in with the new password"]

    @pytest.mark.parametrize("mode", ["deny", "mail", "form", "site"])
    def test_next_is_kept_where_it_is_ours(self, client, db, configure, mode):
        configure(FORCE_AT=mode)
        assert 'value="/loans/"' in client.get(INSTRUCTIONS, {"next": "/loans/"}).content.decode()
        assert "evil" not in client.get(INSTRUCTIONS, {"next": "https://evil.example/"}).content.decode()


class TestChecks:
    def found(self):
        messages = [*checks.check_settings(), *checks.check_policy()]
        return [message.id.removeprefix("auth0_password.") for message in messages]

    def test_a_site_that_is_right(self):
        assert self.found() == []

    def test_it_knows_its_own_name(self, configure):
        configure(SITE_URL="")
        assert self.found() == ["E016"]

    @pytest.mark.parametrize("secret", ["short", "x" * 40, [SECRET, "also-short"]])
    def test_secrets_that_can_be_guessed(self, configure, secret):
        configure(HANDOVER_SECRET=secret)
        assert self.found() == ["E014"]

    def test_samples(self, configure):
        """On this machine they do no harm."""
        sample = "local-only-0123456789-abcdefghijklmnopqrstuvwxyz"
        configure(HANDOVER_SECRET=sample)
        assert self.found() == []
        configure(DOMAIN="tenant.eu.auth0.com", MANAGEMENT_CLIENT_SECRET="s" * 64)
        assert self.found().count("E010") == 2  # the login client's is one, too

    def test_a_secret_for_each(self, configure):
        configure(HANDOVER_SECRET=[SECRET, SECRET[::-1]], VERIFIER_SECRET=SECRET, RESET_VERIFIER="")
        assert self.found() == ["E014", "E015"]

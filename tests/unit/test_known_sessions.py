"""Sessions that we know: a row for each sign-in, marked by whatever ends it, and what its owner is shown and told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import login, logout
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import RequestFactory
from django.test.client import Client as Browser
from django.urls import reverse
from django.utils import timezone

from auth0_password.models import Ended, PasswordState, SignIn
from auth0_password.services import end_session, end_sessions, look, open_sessions, require_reset
from auth0_password.services.known_sessions import MOST, Client, begin
from auth0_password.services.sessions import STAMP_KEY, Stamp
from tests.unit.conftest import BOB
from tests.unit.test_admin import answer, choose

pytestmark = pytest.mark.django_db

AUTH0 = "auth0_password.backends.Auth0PasswordBackend"
MODEL = "django.contrib.auth.backends.ModelBackend"
PROFILE, OTHERS = "/account/", "/account/sessions/end-others/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def signs_in(bob, auth0_gateway):
    """Bob in one more browser, with the stamp of a sign-in at Auth0 just now: as the callback leaves it."""

    def one(*, agent=FIREFOX, sid="", ip="198.51.100.7", sso_age=0):
        browser, second = Browser(), int(auth0_gateway.now().timestamp())
        browser.force_login(bob, backend=AUTH0)
        session = browser.session
        claims = {"sub": BOB, "iat": second, "auth_time": second - sso_age, "sid": sid}
        stamp = Stamp.of_sign_in(claims, PasswordState.objects.get(user=bob))
        begin(bob, session, stamp, Client(ip=ip, user_agent=agent))
        session.save()
        SignIn.objects.filter(ended_by=Ended.REPLACED).delete()  # what `force_login` had left
        return browser

    return one


def row_of(browser) -> SignIn:
    return SignIn.objects.get(key=browser.session[STAMP_KEY]["id"])


def end_of(row) -> str | None:
    row.refresh_from_db()
    return row.ended_by if row.ended_at else None


def session_end(browser) -> str:
    """Where that browser's session is ended."""
    return reverse("auth0_password:session_end", args=[row_of(browser).key])


def words(page) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page.content.decode()).split())


class TestTheRow:
    @pytest.fixture
    def request_of(self, rf: RequestFactory):
        def one(**headers):
            request = rf.get("/", REMOTE_ADDR="192.0.2.10", headers=headers)
            request.session = SessionStore()
            return request

        return one

    def test_of_another_backend(self, bob, request_of, settings):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "TRUSTED_PROXIES": 1}
        request = request_of(**{"user-agent": FIREFOX, "x-forwarded-for": "203.0.113.66, 2001:db8::7"})
        login(request, bob, backend=MODEL)
        row, now = SignIn.objects.get(), timezone.now()
        assert (row.user, row.key) == (bob, Stamp.from_session(request.session).id)
        assert (row.ip, row.user_agent, row.sid, row.auth_time) == ("2001:db8::7", FIREFOX, "", None)
        assert (row.started_at, row.expires_at) == (now, now + timedelta(seconds=settings.SESSION_COOKIE_AGE))
        assert row.ended_at is None

    def test_of_ours(self, bob, auth0_gateway, signs_in, later):
        auth0_gateway.clock_offset = timedelta(seconds=40)
        row = row_of(signs_in(sid="sid-1", sso_age=600))
        assert row.sid == "sid-1"
        assert row.auth_time == datetime.fromtimestamp(int(auth0_gateway.now().timestamp()) - 600, UTC)
        assert row.started_at == timezone.now()

    def test_ends_by_itself_with_its_session(self, bob, request_of):
        request = request_of()
        request.session.set_expiry(60)
        login(request, bob, backend=MODEL)
        assert SignIn.objects.get().expires_at == timezone.now() + timedelta(seconds=60)

    def test_signing_in_again_in_the_same_browser_makes_one_of_two(self, bob, request_of):
        request = request_of()
        login(request, bob, backend=MODEL)
        login(request, bob, backend=MODEL)
        assert [end_of(row) for row in SignIn.objects.order_by("pk")] == [Ended.REPLACED, None]

    def test_signing_out(self, bob, request_of):
        request = request_of()
        login(request, bob, backend=MODEL)
        logout(request)
        logout(request)
        assert end_of(SignIn.objects.get()) == Ended.SIGNED_OUT

    @pytest.mark.parametrize("error", [OperationalError, DatabaseError, InterfaceError])
    def test_that_cannot_be_written_keeps_nobody_out(self, bob, client, caplog, error):
        def broken(execute, sql, *rest):
            if "auth0_password_signin" in sql:
                raise error("bob@example.com")
            return execute(sql, *rest)

        with connection.execute_wrapper(broken):
            client.force_login(bob, backend=AUTH0)
            client.force_login(bob, backend=AUTH0)  # and one that takes its place
            assert client.get("/loans/").status_code == 200
        assert f"a sign-in was not noted: {'Conflict' if error is OperationalError else error.__name__}" in caplog.text
        assert "bob@example.com" not in caplog.text
        assert words(client.get(PROFILE)).count("This device") == 1
        with connection.execute_wrapper(broken):
            assert client.post("/account/sign-out/").status_code == 303
        assert client.get("/loans/").status_code == 302

    def test_costs_no_request_anything(self, bob, signs_in, django_assert_num_queries):
        """Not even where sessions of this user have ended."""
        ended, mine = signs_in(), signs_in()
        end_session(bob, row_of(ended).key)
        with django_assert_num_queries(2):
            assert mine.get("/loans/").status_code == 200
        assert SignIn.objects.count() == 2


class TestWhatEndsIt:
    @pytest.fixture
    def change(self, bob, auth0_gateway, later):
        def happens():
            later(minutes=1)
            auth0_gateway.change_password(BOB)
            look(bob)

        return happens

    def test_a_change_marks_all_in_one_statement(self, bob, signs_in, client, change):
        rows = [row_of(signs_in()) for _ in range(3)]
        client.force_login(bob, backend=MODEL)
        rows.append(row_of(client))
        statements = []

        def watch(execute, sql, *rest):
            statements.extend([sql] if "auth0_password_signin" in sql else [])
            return execute(sql, *rest)

        with connection.execute_wrapper(watch):
            change()
        assert [end_of(row) for row in rows] == [Ended.CHANGED] * 4
        assert [sql.split()[0] for sql in statements] == ["UPDATE"]

    def test_a_change_leaves_the_younger_ones_and_what_had_ended(self, bob, signs_in, change, later, auth0_gateway):
        signed_out = row_of(signs_in())
        SignIn.objects.update(ended_at=timezone.now(), ended_by=Ended.SIGNED_OUT)
        expired = row_of(signs_in())
        SignIn.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
        change()
        later(seconds=2)
        younger = signs_in()
        assert [end_of(row) for row in (signed_out, expired, row_of(younger))] == [Ended.SIGNED_OUT, None, None]
        look(bob)
        assert end_of(row_of(younger)) is None
        assert younger.get("/loans/").status_code == 200

    @pytest.mark.parametrize("offset", [-55, 0, 55])
    def test_a_sign_in_in_the_very_second_of_the_change(self, bob, signs_in, change, auth0_gateway, offset):
        """Stamped after the read that showed it: row and session agree."""
        auth0_gateway.clock_offset = timedelta(seconds=offset, microseconds=400_000)
        change()
        younger = signs_in()
        assert younger.get("/loans/").status_code == 200
        assert [one.key for one in open_sessions(bob, younger.session)] == [row_of(younger).key]

    def test_its_owner_and_staff(self, bob, grace, signs_in):
        rows = [row_of(signs_in()) for _ in range(3)]
        assert end_session(bob, rows[0].key, by=bob) == 1
        assert end_session(bob, rows[0].key, by=bob) == 0
        assert end_session(bob, rows[1].key, by=grace) == 1
        assert end_sessions(bob) == 1
        assert [end_of(row) for row in rows] == [Ended.BY_OWNER, Ended.BY_STAFF, ""]

    def test_too_many_one_by_one_end_all(self, bob, signs_in):
        rows = [row_of(signs_in()) for _ in range(3)]
        for number in range(MOST):
            end_session(bob, f"session-{number}")
        assert end_session(bob, rows[0].key, by=bob) == 3
        assert [end_of(row) for row in rows] == [Ended.BY_OWNER, "", ""]

    def test_a_logout_at_auth0_by_its_sid(self, bob, signs_in, django_user_model):
        """Exactly those that carry it, of this user."""
        alice = django_user_model.objects.create_user("alice")
        mine, shared, other = signs_in(sid="sid-1"), signs_in(sid="sid-1"), signs_in(sid="sid-2")
        SignIn.objects.create(
            key="alices", sid="sid-1", user=alice, started_at=timezone.now(), expires_at=timezone.now() + timedelta(1)
        )
        assert end_session(bob, "sid-1") == 2
        assert [end_of(row_of(one)) for one in (mine, shared, other)] == [Ended.AT_AUTH0, Ended.AT_AUTH0, None]
        assert [one.get("/loans/").status_code for one in (mine, shared, other)] == [303, 303, 200]
        assert end_of(SignIn.objects.get(key="alices")) is None

    def test_no_name_names_nobody(self, bob, signs_in):
        browser = signs_in()
        assert end_session(bob, "") == 0
        assert browser.get("/loans/").status_code == 200
        assert end_of(row_of(browser)) is None

    @pytest.mark.parametrize("offset", [-55, 0, 55])
    def test_a_logout_at_auth0_by_its_subject_ends_what_is_older(
        self, bob, signs_in, client, later, auth0_gateway, offset
    ):
        auth0_gateway.clock_offset = timedelta(seconds=offset)
        client.force_login(bob, backend=MODEL)
        older = signs_in()
        issued_at = later(seconds=5)
        later(seconds=5)
        younger = signs_in()
        assert end_sessions(bob, before=issued_at) == 1
        rows = [row_of(one) for one in (older, younger, client)]
        assert [end_of(row) for row in rows] == [Ended.AT_AUTH0, None, None]
        assert [one.get("/loans/").status_code for one in (older, younger, client)] == [303, 200, 200]

    def test_one_that_nobody_marked_is_marked_when_it_comes_back(self, bob, signs_in, change):
        """Its row was written when the change had been taken over already."""
        browser = signs_in()
        change()
        SignIn.objects.update(ended_at=None, ended_by="")
        row = row_of(browser)
        browser.get("/loans/")
        assert end_of(row) == Ended.CHANGED


class TestWhoeverComesBackIsTold:
    @pytest.fixture
    def ended(self, bob, grace, signs_in, auth0_gateway, later):
        """A browser whose session ended in one of those ways."""

        def a_change(_browser, _mine):
            auth0_gateway.change_password(BOB)
            look(bob)

        ways = {
            "change": a_change,
            "owner, one": lambda browser, mine: mine.post(session_end(browser)),
            "owner, all": lambda _, mine: mine.post(OTHERS),
            "staff": lambda *_: end_sessions(bob, by=grace),
            "sid": lambda *_: end_session(bob, "sid-1"),
            "logout token": lambda *_: end_sessions(bob, before=auth0_gateway.now()),
            "dispute": lambda *_: end_sessions(bob, why=Ended.DISPUTED),
            "code": lambda *_: end_sessions(bob),
        }

        def by(way):
            browser, mine = signs_in(sid="sid-1"), signs_in()
            later(minutes=1)
            ways[way](browser, mine)
            return browser

        return by

    WORDS = {
        "change": "Your password was changed. Sign in with the new one.",
        "owner, one": "You signed this device out from another one.",
        "owner, all": "You signed this device out from another one.",
        "staff": "The people who run this site ended this session.",
        "sid": "This session was ended at the sign-in service.",
        "logout token": "This session was ended at the sign-in service.",
        "dispute": "Somebody said that a new password of this account was not theirs",
        "code": "This session was ended.",
    }

    @pytest.mark.parametrize("way", WORDS)
    def test_once_on_the_page(self, ended, way):
        browser = ended(way)
        led = browser.get("/loans/?sort=due")
        assert led.url == "/account/login/?next=/loans/%3Fsort%3Ddue"
        text = words(browser.get(led.url))
        assert "You were signed out here." in text
        assert self.WORDS[way] in text
        assert "You were signed out here." not in words(browser.get(led.url))

    @pytest.mark.parametrize("way", WORDS)
    def test_in_json(self, ended, way):
        told = ended(way).get("/loans/", headers={"accept": "application/json"})
        assert (told.status_code, told.json()["code"]) == (401, "session_ended")
        assert self.WORDS[way] in told.json()["detail"]

    @pytest.mark.parametrize("way", ["change", "owner, all"])
    def test_the_first_cause_is_told_or_what_can_be_known_without_the_row(self, ended, bob, auth0_gateway, later, way):
        browser = ended(way)
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        if way == "change":
            SignIn.objects.all().delete()
        assert self.WORDS[way] in browser.get("/loans/", headers={"accept": "application/json"}).json()["detail"]

    def test_when_the_rows_cannot_be_read(self, ended):
        def broken(execute, sql, *rest):
            if "auth0_password_signin" in sql:
                raise OperationalError
            return execute(sql, *rest)

        browser = ended("change")
        with connection.execute_wrapper(broken):
            assert browser.get("/loans/").status_code == 303
        assert self.WORDS["change"] in words(browser.get("/account/login/"))


class TestTheList:
    def test_newest_first_and_which_one_this_is(self, bob, signs_in, later):
        first, second, third = (signs_in() for _ in range(3) if later(minutes=1))
        listed = open_sessions(bob, second.session)
        assert [one.key for one in listed] == [row_of(one).key for one in (third, second, first)]
        assert [one.here for one in listed] == [False, True, False]

    def test_only_what_goes_on_and_is_ones_own(self, bob, grace, signs_in, client):
        signed_out, expired, mine = (signs_in() for _ in range(3))
        client.force_login(grace)
        signed_out.logout()
        SignIn.objects.filter(pk=row_of(expired).pk).update(expires_at=timezone.now())
        assert [one.key for one in open_sessions(bob, mine.session)] == [row_of(mine).key]
        assert [one.here for one in open_sessions(grace, mine.session)] == [False]

    def test_this_one_whatever_is_known_of_it(self, bob, signs_in):
        mine, _other = signs_in(), signs_in()
        SignIn.objects.filter(pk=row_of(mine).pk).update(expires_at=timezone.now() - timedelta(days=1))
        assert [one.here for one in open_sessions(bob, mine.session)] == [False, True]
        row_of(mine).delete()
        assert [one.here for one in open_sessions(bob, mine.session)] == [True, False]
        session = mine.session
        del session[STAMP_KEY]
        session.save()
        assert [(one.here, one.started_at is None) for one in open_sessions(bob, session)] == [
            (True, True),
            (False, False),
        ]
        assert "This device" in words(mine.get(PROFILE))

    @pytest.mark.parametrize("backend", ["ours", "another"])
    def test_none_that_a_change_ended_though_nobody_marked_it(
        self, bob, signs_in, client, later, auth0_gateway, backend
    ):
        if backend == "ours":
            signs_in()
        else:
            client.force_login(bob, backend=MODEL)
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        SignIn.objects.update(ended_at=None, ended_by="")
        later(seconds=2)
        mine = signs_in()
        client.force_login(bob, backend=MODEL)
        bob.refresh_from_db()
        keys = {one.key for one in open_sessions(bob, mine.session)}
        assert keys == {row_of(mine).key, row_of(client).key}

    def test_none_that_was_ended_alone_though_nobody_marked_it(self, bob, signs_in):
        by_key, by_sid, mine = signs_in(), signs_in(sid="sid-1"), signs_in()
        end_session(bob, row_of(by_key).key)
        end_session(bob, row_of(by_sid).sid)
        SignIn.objects.update(ended_at=None, ended_by="")
        assert [one.key for one in open_sessions(bob, mine.session)] == [row_of(mine).key]

    def test_of_somebody_whom_no_session_brings(self, bob, signs_in):
        signs_in()
        assert [one.here for one in open_sessions(bob, {})] == [False]

    def test_has_an_end(self, bob, signs_in, django_assert_num_queries):
        session, now = signs_in().session, timezone.now()
        times = {"expires_at": now + timedelta(1)}
        SignIn.objects.bulk_create(
            SignIn(key=f"key-{number}", user=bob, started_at=now + timedelta(seconds=number), **times)
            for number in range(3 * MOST)
        )
        assert Stamp.from_session(session)
        with django_assert_num_queries(1):
            listed = open_sessions(bob, session)
        assert (len(listed), listed[0].here) == (MOST + 1, True)


class TestTheProfile:
    def test_says_where(self, signs_in, later):
        phone = signs_in(agent=IPHONE, ip="2001:db8::7")
        later(minutes=2)
        unknown, mine = signs_in(agent="curl/8", ip=None), signs_in()
        page = mine.get(PROFILE)
        section = words(page).partition("Where you are signed in")[2]
        for line in (
            "Firefox on Windows This device · signed in today at 9:03 a.m. · network address 198.51.100.7 ",
            "A browser we do not know Signed in today at 9:03 a.m. Sign out there",
            "Safari on an iPhone Signed in today at 9:01 a.m. · network address 2001:db8::7 Sign out there",
        ):
            assert line in section
        assert section.count("Sign out there") == 2
        keys = set(re.findall(r"sessions/([\w-]{22})/end", page.content.decode()))
        assert keys == {row_of(phone).key, row_of(unknown).key}

    def test_shows_a_hostile_browser_as_words(self, signs_in):
        signs_in(agent="<script>alert(1)</script> Firefox/1 Windows")
        assert "<script>alert" not in signs_in().get(PROFILE).content.decode()

    def test_ends_one(self, signs_in):
        mine, other, third = signs_in(), signs_in(), signs_in()
        url = session_end(other)
        sent_on = mine.post(url)
        assert (sent_on.status_code, sent_on.url) == (303, PROFILE)
        assert "That device was signed out." in words(mine.get(PROFILE))
        assert "That device was signed out." not in words(mine.get(PROFILE))
        assert [one.get("/loans/").status_code for one in (mine, other, third)] == [200, 303, 200]
        mine.post(url)
        assert "That device had been signed out before." in words(mine.get(PROFILE))

    def test_ends_nobody_elses(self, bob, grace, signs_in, client):
        client.force_login(grace)
        mine = signs_in()
        for key in (row_of(client).key, "nothing", "end-others", row_of(client).key.swapcase()):
            assert mine.post(reverse("auth0_password:session_end", args=[key])).status_code == 404
        assert client.get("/loans/").status_code == 200
        assert PasswordState.objects.get(user=bob).ended == ""
        assert not PasswordState.objects.filter(user=grace).exists()

    @pytest.mark.parametrize(
        ("others", "said"),
        [
            (0, "No other device that we know of was signed in."),
            (1, "1 other device was signed out."),
            (3, "3 other devices were signed out."),
        ],
    )
    def test_ends_all_others(self, signs_in, later, others, said):
        browsers = [signs_in() for _ in range(others)]
        signs_in().logout()
        later(minutes=20)
        mine = signs_in(sso_age=1100)
        later(minutes=1)
        assert mine.post(OTHERS).url == PROFILE
        text = words(mine.get(PROFILE))
        assert said in text
        assert "Sign out there" not in text
        assert said not in words(mine.get(PROFILE))
        assert [one.get("/loans/").status_code for one in browsers] == [303] * others
        later(minutes=1)
        assert signs_in().get("/loans/").status_code == 200
        assert mine.get("/loans/").status_code == 200

    def test_one_that_is_not_known_ends_too(self, signs_in):
        mine, other = signs_in(), signs_in()
        SignIn.objects.all().delete()
        mine.post(OTHERS)
        assert other.get("/loans/").status_code == 303

    def test_is_closed_to_whoever_is_blocked(self, bob, grace, signs_in):
        mine, other = signs_in(), signs_in()
        require_reset(bob, reason="administrator", by=grace)
        for url in (OTHERS, session_end(other)):
            assert mine.post(url).url == "/account/required/"
        assert end_of(row_of(other)) is None

    def test_is_closed_to_strangers(self, client, signs_in):
        other = signs_in()
        for url in (OTHERS, session_end(other)):
            assert client.post(url).url.startswith("/account/login/")
        assert other.get("/loans/").status_code == 200

    def test_without_the_messages_of_django(self, signs_in, settings):
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "messages" not in name]
        signs_in()
        mine = signs_in()
        mine.post(OTHERS)
        assert "1 other device was signed out." in words(mine.get(PROFILE))


class TestStaff:
    def test_are_told_how_many_devices_it_was(self, bob, grace, client, signs_in):
        browsers = [signs_in(), signs_in()]
        page = choose(client, grace, "end_sessions", bob, grace)
        text = words(answer(client, "sessions", page))
        assert "The sessions of 1 user have ended." in text
        assert "2 devices were signed out." in text
        assert [end_of(row_of(one)) for one in browsers] == [Ended.BY_STAFF] * 2
        assert end_of(row_of(client)) is None


class TestRaces:
    """A sign-in that arrives while the others are being ended."""

    def test_it_began_before_and_its_row_comes_after(self, bob, signs_in, later, auth0_gateway):
        mine, late = signs_in(), signs_in()
        row = row_of(late)
        row.delete()
        later(seconds=1)
        assert end_sessions(bob, keep=mine.session, by=bob) == 0
        row.save(force_insert=True)
        assert late.get("/loans/").status_code == 303
        assert end_of(row) is not None

    def test_it_began_after_the_decision_and_before_the_write(self, bob, signs_in, later, monkeypatch):
        mine, decided_at = signs_in(), timezone.now()
        later(seconds=2)
        young = signs_in()
        session = mine.session
        with monkeypatch.context() as patch:
            patch.setattr("auth0_password.services.endings.timezone.now", lambda: decided_at)
            end_sessions(bob, keep=session, by=bob)
        session.save()
        assert [one.get("/loans/").status_code for one in (mine, young)] == [200, 200]
        assert end_of(row_of(young)) is None

"""DAT-03: whatever people, browsers and Auth0 send, our logs hold ids only, one line for each record."""

import logging
import os
import re
from contextlib import contextmanager
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth0_password import exceptions
from auth0_password.gateway.errors import Call, translated
from auth0_password.models import PasswordState
from auth0_password.services import look, reconcile, require_reset, send_change_email
from auth0_password.services.mails import send_change_email_to
from tests.unit.conftest import BOB

MARK = "c4n4ry"
"""In everything hostile: no log may hold it, escaped or not."""

EVIL = [
    "\r\n",
    "\n2026-11-20 INFO forged",
    "\x1b[2J\x1b[31m",
    "\x00",
    "\x85",
    "\u2028",
    "\u202e",
    "%s%d%(x)s",
    "{0}",
    "'\"<",
]
hostile = st.lists(st.sampled_from([*EVIL, "eve@evil.example", "203.0.113.7"]) | st.text(max_size=8), min_size=1).map(
    lambda parts: f"{MARK}{''.join(parts)}"
)
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
many = settings(
    max_examples=1_000 if LONG else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
IP = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b|[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}")


class Lines(logging.Handler):
    """What a handler of the usual kind writes."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@contextmanager
def our_logs():
    """All lines of ours; at the end each is looked at."""
    logger, handler = logging.getLogger("auth0_password"), Lines()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    for line in handler.lines:
        assert line.isprintable(), repr(line)
        assert MARK not in line
        assert "@" not in line
        assert not IP.search(line)


@pytest.fixture
def bob_is_in(client, bob, db):
    client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    return client


class TestHostileRequests:
    @many
    @given(values=st.tuples(hostile, hostile, hostile, hostile))
    def test_the_callback(self, client, db, values):
        query = dict(zip(["error", "error_description", "state", "code"], values, strict=True))
        with our_logs() as lines:
            assert client.get("/complete/auth0/", query, headers={"accept": "text/html"}).status_code == 400
        assert len(lines) == 1

    @many
    @given(value=hostile)
    def test_the_callback_of_a_trip_that_was_begun(self, client, db, value):
        """Its `state` is right: now the `error` is Auth0's, as far as anybody can tell."""
        state = parse_qs(urlsplit(client.post("/account/login/").url).query)["state"][0]
        with our_logs() as lines:
            answer = client.get("/complete/auth0/", {"state": state, "error": value, "error_description": value})
        assert answer.status_code in {403, 503}
        assert len(lines) == 1

    @many
    @given(value=hostile)
    def test_the_login_route(self, client, db, value):
        with our_logs() as lines:
            assert client.get("/account/login/", {"iss": value, "next": value}).status_code == 400
            client.post("/account/login/", {"next": value, "forgot": value})
        assert len(lines) == 1

    @many
    @given(value=hostile)
    def test_headers_and_addresses(self, bob_is_in, value):
        line = quote(value)
        headers = {
            "user-agent": line,
            "referer": line,
            "x-forwarded-for": f"{line}, 203.0.113.9",
            "accept-language": line,
        }
        with our_logs():
            for path in ("/account/", f"/account/required/?next=/{line}", f"/account/{line}/", "/account/check/"):
                bob_is_in.get(path, headers=headers, REMOTE_ADDR="203.0.113.8")
                bob_is_in.post(path, {"next": value}, headers=headers, REMOTE_ADDR="2001:db8::1:2:3")

    @many
    @given(value=hostile)
    def test_an_address_that_somebody_types(self, client, auth0_gateway, db, value):
        auth0_gateway.failing = exceptions.GatewayUnavailableError("down")
        with our_logs() as lines:
            client.post("/account/forgot/", {"email": value})
            send_change_email_to(f"{value}@evil.example")
        assert lines

    @many
    @given(value=hostile)
    def test_the_admin(self, client, bob, django_user_model, value):
        sam, _ = django_user_model.objects.get_or_create(username="sam", is_staff=True)
        client.force_login(sam)
        pages = ["/admin/auth/user/", "/admin/auth0_password/passwordstate/"]
        with our_logs() as lines:
            for page in pages:
                for action in (value, "end_sessions"):
                    client.post(page, {"action": [action, value], "_selected_action": [bob.pk], "index": 0})
            client.post("/admin/auth0_password/passwordstate/act/link/", {"selection": value, "note": value})
        assert len(lines) == len(pages) + 1


class TestHostileAnswers:
    @pytest.mark.parametrize("changes", [False, True])
    @many
    @given(value=hostile)
    def test_what_auth0_answers_is_in_no_error(self, value, changes):
        from auth0.management.core.api_error import ApiError

        answers = [
            ApiError(status_code=status, headers={"retry-after": value, "x": value}, body={"message": value})
            for status in (200, 400, 401, 403, 404, 429, 500, 503)
        ]
        for answer in [*answers, ValueError(value), KeyError(value), OSError(value)]:
            with pytest.raises(exceptions.GatewayError) as raised, translated(Call(name="GET /x", changes=changes)):
                raise answer
            assert str(raised.value).isprintable()
            assert MARK not in str(raised.value)

    @many
    @given(value=hostile)
    def test_of_a_users_profile(self, bob, auth0_gateway, value):
        """Name, metadata and address are the tenant's; so is every connection's name."""
        auth0_gateway.add(
            BOB, connection=value, email=f"{value}@evil.example", app_metadata={"needsPasswordReset": value}
        )
        PasswordState.objects.update(mirror_due_at=None, check_due_at=None)
        with our_logs():
            for verb in (look, send_change_email):
                try:
                    verb(bob)
                except exceptions.Auth0PasswordError as error:
                    assert MARK not in str(error)  # noqa: PT017 - it need not be raised
            reconcile()


def test_who_would_be_blocked_and_whose_sessions_ended(bob_is_in, bob, settings):
    """What the log is for: the id, and nothing else of them."""
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "ENFORCE": "report"}
    require_reset(bob, reason="policy", message="to bob@example.com")
    with our_logs() as lines:
        bob_is_in.get("/loans/", REMOTE_ADDR="203.0.113.8")
    assert lines == [f"INFO auth0_password would be blocked: user {bob.pk}"]


def test_this_would_see_it(caplog):
    with pytest.raises(AssertionError), our_logs():
        logging.getLogger("auth0_password.security").warning("one\ntwo")

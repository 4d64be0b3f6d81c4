"""The log and the export of users, from a server that answers as it is told."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_password.exceptions import GatewayError, GatewayRefusedError, GatewayUnavailableError, UnexpectedAnswerError
from auth0_password.gateway import Changed, ExportedUser, exports, transport
from auth0_password.gateway.exports import users_in
from tests.gateway.wire import SECRET, Answer, answer

LOGS, JOBS = "GET /api/v2/logs", "GET /api/v2/jobs/"
AT = datetime(2026, 11, 20, 9, 0, 30, 123000, tzinfo=UTC)
BOB = ExportedUser(subject="auth0|bob", last_password_reset=AT)
LINE = b'{"user_id":"auth0|bob","last_password_reset":"2026-11-20T09:00:30.123Z"}\n'


class TestTheLog:
    def test_by_checkpoint(self, wire, gateway):
        wire.script[LOGS] = answer(200, [{"log_id": "2", "type": "scp", "user_id": "auth0|bob"}, {"log_id": "3"}])
        page = gateway.read_logs("1", 100)
        assert (page.records, page.last, page.count) == ((Changed("auth0|bob"),), "3", 2)
        assert wire.asked[-1] == "GET /api/v2/logs?from=1&take=100"

    def test_the_newest_first_where_there_is_none(self, wire, gateway):
        wire.script[LOGS] = answer(200, [{"log_id": "3"}, {"log_id": "2"}])
        assert gateway.read_logs("", 100).last == "3"
        assert "sort=date%3A-1" in wire.asked[-1]

    def test_with_the_token(self, wire, gateway):
        wire.script[LOGS] = answer(200, [])
        gateway.read_logs("", 100)
        assert b"authorization: bearer token-that-must-not-leak" in wire.bodies[-1][1].lower()

    def test_without_the_scope(self, wire, gateway):
        wire.script[LOGS] = answer(403, {"statusCode": 403, "errorCode": "insufficient_scope", "message": SECRET})
        with pytest.raises(GatewayRefusedError) as caught:
            gateway.read_logs("", 100)
        assert caught.value.status == 403
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize("body", [{}, {"logs": []}, "text", [1], [[]], None, b"[" * 100_000])
    def test_answers_that_are_no_list_of_records(self, wire, gateway, body):
        wire.script[LOGS] = answer(200, body)
        with pytest.raises(UnexpectedAnswerError):
            gateway.read_logs("", 100)

    def test_a_page_longer_than_any_answer_says_no_status(self, wire, gateway, monkeypatch):
        """So `log_pull` asks for fewer."""
        monkeypatch.setattr(transport, "MAX_BODY", 2_000)
        wire.script[LOGS] = answer(200, [{"log_id": "2", "details": "x" * 2_000}])
        with pytest.raises(UnexpectedAnswerError) as caught:
            gateway.read_logs("1", 100)
        assert caught.value.status is None

    def test_ids_of_another_kind_are_no_place_to_go_on_from(self, wire, gateway):
        wire.script[LOGS] = answer(200, [{"log_id": 7}, {"log_id": None}, {}])
        assert gateway.read_logs("1", 100).last == ""


@pytest.fixture
def tenant(wire):
    """A job that is done; `exported` is its file."""
    wire.script["POST /api/v2/jobs/users-exports"] = answer(
        200, {"id": "job_1", "type": "users_export", "status": "pending"}
    )
    wire.script[JOBS] = done(wire)
    wire.script["GET /exports/"] = answer(200, gzip.compress(LINE))
    return wire


def done(wire, **changes):
    location = f"http://127.0.0.1:{wire.port}/exports/job_1.json.gz?key=k"
    job = {"id": "job_1", "type": "users_export", "status": "completed", "location": location}
    return answer(200, job | changes)


class TestTheExport:
    def test_is_asked_for_with_two_fields(self, tenant, gateway):
        assert gateway.start_export() == "job_1"
        body = json.loads(tenant.bodies[-1][1].rpartition(b"\n")[2])
        assert body == {"format": "json", "fields": [{"name": "user_id"}, {"name": "last_password_reset"}]}

    def test_is_read(self, tenant, gateway):
        assert list(gateway.read_export("job_1")) == [BOB]

    def test_the_file_gets_no_credentials(self, tenant, gateway):
        list(gateway.read_export("job_1"))
        asked, head = tenant.bodies[-1]
        assert asked == "GET /exports/job_1.json.gz?key=k"
        assert b"authorization" not in head.lower()

    @pytest.mark.parametrize("status", ["pending", "processing"])
    def test_is_not_done_yet(self, tenant, gateway, status):
        tenant.script[JOBS] = done(tenant, status=status)
        assert gateway.read_export("job_1") is None

    @pytest.mark.parametrize(
        "changes",
        [{"status": "failed"}, {"status": "x" * 999}, {"location": None}, {"location": ""}, {"location": "ftp://x/y"},
         {"location": "http://127.0.0.1:1/x"}, {"location": "http://example.com/x"}, {"location": "file:///etc/passwd"},
         {"location": "https://[/"}],
        ids=range(9),
    )  # fmt: skip
    def test_answers_that_lead_nowhere(self, tenant, gateway, changes):
        tenant.script[JOBS] = done(tenant, **changes)
        with pytest.raises(UnexpectedAnswerError):
            gateway.read_export("job_1")

    @pytest.mark.parametrize("told", [answer(403, SECRET), answer(302, "", Location="/"), answer(500), Answer()])
    def test_links_that_do_not_work(self, tenant, gateway, told):
        tenant.script["GET /exports/"] = told
        with pytest.raises(GatewayError) as caught:
            gateway.read_export("job_1")
        assert SECRET not in str(caught.value)

    def test_longer_than_any_file(self, tenant, gateway, monkeypatch):
        monkeypatch.setattr(transport, "MAX_FILE", 10)
        with pytest.raises(GatewayUnavailableError):
            gateway.read_export("job_1")


def users_of(raw):
    return list(users_in(io.BytesIO(raw)))


class TestTheFile:
    def test_lines_that_are_no_users_are_left_out(self):
        odd = [
            b"",
            b"x",
            b"[]",
            b"7",
            b"{}",
            b'{"user_id":7}',
            b'{"user_id":"a","last_password_reset":"?"}',
            b"[" * 9999,
        ]
        assert users_of(gzip.compress(b"\n".join([*odd, LINE]))) == [BOB]

    def test_who_never_changed_it(self):
        [user] = users_of(gzip.compress(b'{"user_id":"auth0|bob"}'))
        assert user.last_password_reset is None

    def test_in_several_pieces(self):
        assert users_of(gzip.compress(LINE) + gzip.compress(LINE)) == [BOB, BOB]

    @pytest.mark.parametrize(
        "raw", [b"x", LINE, gzip.compress(LINE)[:-9], gzip.compress(LINE) + b"x", b"\x1f\x8b\x08"]
    )
    def test_damaged(self, raw):
        with pytest.raises(UnexpectedAnswerError):
            users_of(raw)

    def test_a_bomb(self, monkeypatch):
        monkeypatch.setattr(exports, "MOST_TEXT", 10_000)
        with pytest.raises(UnexpectedAnswerError):
            users_of(gzip.compress(b"\n" * 20_000))
        with pytest.raises(UnexpectedAnswerError):
            users_of(gzip.compress(b"x" * 20_000_000))

    @given(st.binary(max_size=200))
    def test_any_bytes(self, raw):
        for whole in (raw, gzip.compress(raw)):
            try:
                users_of(whole)
            except UnexpectedAnswerError:
                continue

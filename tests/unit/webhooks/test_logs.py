"""`hooks/logs/`: which records of the tenant's log matter, in whatever shape they come."""

from __future__ import annotations

import json
import time

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from auth0_password.conf import conf
from auth0_password.gateway import Changed, Leaked, Written, record_from
from auth0_password.models import PasswordState, ResetRequirement, subject_key
from auth0_password.services import clear_reset, look, reconcile, require_reset
from auth0_password.services.leaks import require
from auth0_password.webhooks.records import batch_from
from tests.unit.webhooks.conftest import BOB, TOKEN, is_due


def record(kind="scp", user_id=BOB, **fields):
    """One, as Auth0 wraps it in a stream; `details` hold what must not stay."""
    data = {
        "date": "2026-11-20T09:00:30.123Z",
        "type": kind,
        "description": "You can now login to the application with the new password.",
        "connection": "Username-Password-Authentication",
        "ip": "203.0.113.9",
        "user_agent": "Mozilla/5.0",
        "details": {"title": "Change Password", "resetUrl": "https://tenant/lo/reset?ticket=live"},
        "user_id": user_id,
        "user_name": "bob@example.com",
        "strategy": "auth0",
        "log_id": "90020261120090030123",
    }
    return {"log_id": "90020261120090030123", "data": data | fields}


def write_to(path="/api/v2/users/auth0%7Cbob", method="patch", body=None):
    """What the Management API logs of a call."""
    request = {"method": method, "path": path, "body": body, "channel": "api"}
    return record("sapi", None, details={"request": request, "response": {"statusCode": 200, "body": {}}})


SHAPES = {
    "lines": lambda records: "\n".join(map(json.dumps, records)),
    "lines of DOS": lambda records: "\r\n".join(map(json.dumps, records)) + "\r\n",
    "array": json.dumps,
    "object": lambda records: json.dumps({"logs": records}),
    "bare lines": lambda records: "\n".join(json.dumps(one["data"]) for one in records),
    "bare array": lambda records: json.dumps([one["data"] for one in records]),
    "bare object": lambda records: json.dumps({"logs": [one["data"] for one in records]}),
}
IGNORED = [
    "scpr", "fcp", "fcpr", "s", "f", "fp", "fu", "sv", "svr", "slo", "flo", "seacft", "sertft", "seccft",
    "ssa", "fsa", "ss", "fs", "sce", "fce", "scu", "sdu", "ublkdu", "limit_wc", "limit_mu", "limit_sul",
    "pwd_leak", "reset_pwd_leak", "signup_pwd_leak", "sepft", "gd_auth_succeed", "api_limit", "fapi", "mfar",
    "du", "cls", "w", "oidc_backchannel_logout_succeeded", "something_new",
]  # fmt: skip


class TestShapes:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_all_that_auth0_sends(self, bob, stream, log_token, shape):
        response = stream(SHAPES[shape]([record("s"), record(), record("slo")]))
        assert (response.status_code, response.content) == (204, b"")
        assert is_due(bob)

    @pytest.mark.parametrize("one", [record(), record()["data"]])
    def test_one_object(self, bob, stream, log_token, one):
        assert stream(json.dumps(one)).status_code == 204
        assert is_due(bob)

    def test_a_line_may_hold_what_python_takes_for_an_end(self, bob, stream, log_token):
        text = json.dumps(record("s", description="a\u2028b")["data"], ensure_ascii=False)
        assert stream(f"{text}\n{json.dumps(record())}".encode()).status_code == 204
        assert is_due(bob)


class TestWhatMatters:
    @pytest.mark.parametrize("shape", ["lines", "array", "object"])
    @pytest.mark.parametrize("kind", IGNORED)
    def test_all_else_is_acknowledged(self, bob, stream, log_token, kind, shape):
        """`scpr` says that a mail was asked for: taken for a change it would be a way around everything."""
        assert stream(SHAPES[shape]([record(kind)])).status_code == 204
        assert not is_due(bob)

    def test_lowers_no_flag(self, bob, stream, log_token):
        require_reset(bob, reason="breach")
        stream(json.dumps([record(kind) for kind in ["scp", *IGNORED]]))
        reconcile(["check"])
        assert PasswordState.objects.get().needs_reset

    def test_nothing_of_it_stays(self, bob, stream, log_token, caplog):
        stream(json.dumps(record()))
        row = json.dumps(list(PasswordState.objects.values()), default=str)
        assert "ticket=live" not in row + caplog.text
        assert "203.0.113.9" not in row + caplog.text

    def test_a_change_that_names_its_user_in_the_query_only(self):
        named = record("scp", None, details={"query": {"user_id": BOB}, "body": {}})["data"]
        assert record_from(named) == Changed(BOB)

    @pytest.mark.parametrize(
        ("one", "means"),
        [
            (write_to(body={"password": "*****", "connection": "db"}), Written(BOB)),
            (write_to(body={"connection": "db"}), Written(BOB)),
            (write_to(body={}), Written(BOB)),
            (write_to(body=None), Written(BOB)),
            (write_to(f"/api/v2/users/{BOB}/", "PATCH"), Written(BOB)),
            (write_to(body={"app_metadata": {"needsPasswordReset": True}}), None),
            (write_to(method="delete"), None),
            (write_to(method=None), None),
            (write_to(f"/api/v2/users/{BOB}/roles"), None),
            (write_to("/api/v2/clients/c"), None),
            (write_to(["path"]), None),
            (record("sapi", BOB, details=None), None),
            (record("sapi", BOB, details={"request": "x"}), None),
            (record("pwd_leak", date="yesterday"), None),
            (record("pwd_leak", None), None),
            (record("scp", None), None),
            (record("scp", 7), None),
            (record("scp", "x" * 256), None),
            (record("scp", "auth0|\ud800"), None),
        ],
    )
    def test_a_table(self, one, means):
        assert record_from(one["data"]) == means


class TestHalfBroken:
    def test_good_records_are_kept(self, bob, stream, log_token, caplog):
        lines = ["{", json.dumps(record("s")), "[" * 50_000, json.dumps(record()), "null", '{"data": 7}', '{"n": NaN}']
        assert stream("\n".join(lines)).status_code == 204
        assert is_due(bob)
        assert "5 records of the log stream cannot be read" in caplog.text

    def test_a_byte_that_is_no_text_costs_its_line_only(self, bob, stream, log_token):
        assert stream(b'{"type": "s\xff"}\n' + json.dumps(record()).encode()).status_code == 204
        assert is_due(bob)

    def test_good_elements_as_well(self, bob, stream, log_token):
        assert stream(json.dumps([None, 7, "x", [], {}, {"type": 7}, record()])).status_code == 204
        assert is_due(bob)

    @pytest.mark.parametrize(
        "body", [b"x", b"{}", b"[1]", b"\xff\xfe", b"[" * 500_000, b'"\xed\xa0\x80"', b"1" * 9_999]
    )
    def test_nothing_good_in_it(self, db, stream, log_token, body):
        assert stream(body).status_code == 400

    @pytest.mark.parametrize("body", [b"", b"[]", b"\n\n", b'{"logs": []}'])
    def test_nothing_in_it(self, db, stream, log_token, body):
        assert stream(body).status_code == 204


class TestTheToken:
    @pytest.mark.parametrize(
        "token", [None, "", TOKEN[7:], TOKEN.lower(), f"{TOKEN}x", f"Bearer {TOKEN}", "é", "x" * 9999]
    )
    def test_another(self, bob, stream, log_token, token):
        response = stream(json.dumps(record()), token=token)
        assert (response.status_code, response.content) == (400, b"")
        assert not is_due(bob)

    def test_two_at_a_time(self, bob, stream, settings, monkeypatch):
        monkeypatch.setitem(settings.AUTH0_PASSWORD, "LOG_STREAM_TOKEN", ["the one before, thirty-two letters", TOKEN])
        assert stream(json.dumps(record()), token="the one before, thirty-two letters").status_code == 204
        assert stream(json.dumps(record())).status_code == 204

    def test_without_one_there_is_no_such_address(self, db, stream, settings, monkeypatch):
        monkeypatch.delitem(settings.AUTH0_PASSWORD, "LOG_STREAM_TOKEN", raising=False)
        for token in (TOKEN, "", None):
            assert stream("[]", token=token).status_code == 404

    def test_comes_before_the_body(self, db, stream, log_token):
        """Nobody else makes us parse anything."""
        assert stream(b"x" * 2**21, token="x").status_code == 400
        assert stream(b"x" * 2**21).status_code == 413


class TestHowMuchItCosts:
    @pytest.fixture
    def readers(self, db, auth0_gateway, django_user_model):
        users = django_user_model.objects.bulk_create(django_user_model(username=f"r{n}") for n in range(500))
        for user in users:
            user.set_unusable_password()
        state = [PasswordState(user=user, subject=f"auth0|{user.username}") for user in users]
        for row in state:
            row.subject_key = subject_key(conf.DOMAIN.host, row.subject)
        PasswordState.objects.bulk_create(state)
        return users

    @pytest.mark.parametrize("known", [1, 500])
    def test_five_hundred_records_in_one_update(self, readers, stream, log_token, django_assert_num_queries, known):
        """One UPDATE in its transaction; the keys of a few, to wake somebody for each."""
        body = "\n".join(json.dumps(record(user_id=f"auth0|r{n % known}")["data"]) for n in range(500))
        with django_assert_num_queries(4 if known == 1 else 3):
            assert stream(body).status_code == 204
        assert PasswordState.objects.filter(check_due_at__isnull=False).count() == known

    def test_more_than_a_statement_may_name(self, readers, stream, log_token):
        body = json.dumps([{"type": "scp", "user_id": f"a|{n}"} for n in range(25_000)])
        assert stream(body).status_code == 204

    @pytest.mark.parametrize("body", ["{}\n" * 349_000, '{"type":"s"}\n' * 80_000, "[]," * 340_000, "[" * 1_000_000])
    def test_a_second_at_most(self, db, stream, log_token, body):
        begun = time.process_time()
        assert stream(body).status_code in {204, 400}
        assert time.process_time() - begun < 5  # a fifth of that here; the machine may be busy


@pytest.mark.usefixtures("log_token")
class TestLeaks:
    @pytest.fixture
    def leaks(self, settings, monkeypatch):
        monkeypatch.setitem(settings.AUTH0_PASSWORD, "BREACH_FROM_LOGS", True)

    @pytest.fixture
    def told(self, stream, later):
        """Post a leak of the moment; `again` posts the last one once more."""
        sent = []

        def post(kind="pwd_leak", *, again=False):
            if not again:
                sent.append(json.dumps(record(kind, date=later().isoformat().replace("+00:00", "Z"))))
            assert stream(sent[-1]).status_code == 204

        return post

    @pytest.mark.parametrize("kind", ["pwd_leak", "reset_pwd_leak"])
    def test_require_a_new_password_where_the_site_wants_that(self, bob, leaks, told, kind):
        told(kind)
        state = PasswordState.objects.get()
        assert state.needs_reset
        assert state.requirement.reason == "breach"

    def test_else_nothing(self, bob, told):
        told()
        assert not ResetRequirement.objects.exists()

    def test_once_however_often_they_are_told(self, bob, leaks, told, later):
        told()
        later(days=1)
        told(again=True)
        assert ResetRequirement.objects.count() == 1

    def test_not_again_when_somebody_cleared_it(self, bob, leaks, told, grace):
        told()
        clear_reset(bob, by=grace)
        told(again=True)
        assert not PasswordState.objects.get().needs_reset

    def test_not_of_a_password_that_is_known_to_be_another_by_now(self, bob, leaks, told, later, auth0_gateway):
        leaked = Leaked(BOB, later(minutes=5))
        later(minutes=4)
        auth0_gateway.change_password(BOB)
        look(bob)
        assert require([leaked]) == 0
        assert not PasswordState.objects.get().needs_reset

    def test_a_change_that_is_not_known_yet_answers_a_leak_told_late(self, bob, leaks, later, auth0_gateway):
        leaked = Leaked(BOB, later(minutes=5))
        later(minutes=5)
        auth0_gateway.change_password(BOB)
        later(minutes=5)
        assert require([leaked]) == 1
        look(bob)
        assert not PasswordState.objects.get().needs_reset

    def test_a_change_before_the_leak_does_not(self, bob, leaks, told, later, auth0_gateway):
        auth0_gateway.change_password(BOB)
        later(seconds=50)
        told()
        look(bob)
        assert PasswordState.objects.get().needs_reset


class TestTrouble:
    def test_no_database(self, db, stream, log_token, monkeypatch):
        def broken(_records):
            raise OperationalError("no route to host")

        monkeypatch.setattr("auth0_password.webhooks.logs.take_records", broken)
        assert stream(json.dumps(record())).status_code == 503


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "data", "logs", "user_id", "details", "request", "path", "date", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)
KINDS = st.sampled_from(["scp", "sapi", "pwd_leak", "s"])


@given(st.lists(JSON | st.fixed_dictionaries({"type": KINDS, "user_id": JSON, "details": JSON, "date": JSON})))
def test_whatever_is_json_is_read_or_left(rows):
    batch = batch_from(json.dumps(rows, allow_nan=False).encode() if _finite(rows) else b"[]")
    assert all(isinstance(one, (Changed, Written, Leaked)) and one.subject.isprintable() for one in batch.records)


@given(st.binary(max_size=200))
def test_whatever_is_not_holds_no_record(body):
    assert not batch_from(body).records


def _finite(rows):
    try:
        json.dumps(rows, allow_nan=False)
    except ValueError:
        return False
    return True

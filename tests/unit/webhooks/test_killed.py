"""The database goes away at any statement of a push; the push is answered with 503 and sent again: nothing is missing,
nothing doubled."""

from __future__ import annotations

import json
from itertools import count

import pytest
from django.db import OperationalError, connection

from auth0_password.models import ChangeReport, PasswordState, ResetRequirement, SignIn, UsedToken
from auth0_password.services import look
from tests.unit.webhooks.conftest import BOB

FORM = "application/x-www-form-urlencoded"


class Dying:
    """Lets so many statements through; every later one fails, as with a server that is gone."""

    def __init__(self, statements):
        self.left = statements

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):  # the test's own transaction goes on
            return execute(sql, params, many, context)
        if self.left == 0:
            raise OperationalError("server closed the connection")
        self.left -= 1
        return execute(sql, params, many, context)


def everything():
    state = PasswordState.objects.values("check_due_at", "ended", "sessions_valid_since", "needs_reset").get()
    rows = [list(model.objects.order_by("pk").values()) for model in (ChangeReport, UsedToken, SignIn)]
    for row in [row for table in rows for row in table]:
        del row["id"]
    asked = list(ResetRequirement.objects.values_list("reason", "raised_at", "status"))
    return state, rows, asked


@pytest.fixture(params=["report", "records", "leak", "logout of one", "logout of all"])
def push(request, bob, report, stream, machine, auth0_gateway, later, settings, monkeypatch, action_secret, log_token):
    monkeypatch.setitem(settings.AUTH0_PASSWORD, "BREACH_FROM_LOGS", True)
    date = later().isoformat().replace("+00:00", "Z")
    tokens = [auth0_gateway.logout_token(BOB, sid="sid-1"), auth0_gateway.logout_token(BOB)]

    def logout(token):
        return machine.post("/account/backchannel-logout/", f"logout_token={token}", content_type=FORM)

    return {
        "report": report,
        "records": lambda: stream(json.dumps([{"type": "scp", "user_id": BOB}])),
        "leak": lambda: stream(json.dumps([{"type": "pwd_leak", "user_id": BOB, "date": date}])),
        "logout of one": lambda: logout(tokens[0]),
        "logout of all": lambda: logout(tokens[1]),
    }[request.param]


@pytest.mark.django_db
def test_at_any_statement(push, bob):
    answers, ends = [], []
    for statements in count():
        with connection.execute_wrapper(Dying(statements)):
            answers.append(push().status_code)
        assert push().status_code in {200, 204}
        ends.append(everything())
        start_again(bob)
        if answers[-1] != 503:
            break
    assert len(answers) > 1
    assert set(answers[:-1]) == {503}
    assert ends == ends[:1] * len(ends)


def start_again(bob):
    for model in (ChangeReport, UsedToken, ResetRequirement):
        model.objects.all().delete()
    PasswordState.objects.update(
        check_due_at=None, ended="", sessions_valid_since=None, needs_reset=False, requirement=None
    )
    bob.refresh_from_db()
    look(bob)

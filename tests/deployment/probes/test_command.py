"""`auth0_doctor --probe`: asked first, told what was made, and nothing secret in what is printed or kept."""

from __future__ import annotations

import io
import json
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from auth0_password.deployment.doctor.probes import QUESTIONS, lab
from auth0_password.gateway.tenant_api import TenantApi
from auth0_password.management import probing as command
from auth0_password.models import ProbeAnswer
from auth0_password.services.probe_answers import keep_answer
from tests.deployment.probes.conftest import DEPLOY
from tests.support.tenant import ROOT

if TYPE_CHECKING:
    from tests.deployment.probes.conftest import Probing

QUICK = ("--question", "links_at_own_host")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def environment(monkeypatch, probing: Probing) -> None:
    monkeypatch.setenv("AUTH0_DEPLOY_CLIENT_ID", DEPLOY)
    monkeypatch.setenv("AUTH0_DEPLOY_CLIENT_SECRET", probing.secret)
    monkeypatch.setattr(command, "wait", probing.pause)
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))


@pytest.fixture
def typed(monkeypatch):
    """Somebody sits at a terminal."""
    return lambda text: monkeypatch.setattr("sys.stdin", Terminal(text))


def doctor(*options: str, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    call_command("auth0_doctor", "--probe", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


class TestConsent:
    def test_nobody_to_ask(self, probing: Probing):
        """A pipe that says yes is nobody."""
        before = probing.things()
        probing.tenant.clear_requests()
        with pytest.raises(CommandError, match="--yes") as refused:
            doctor(*QUICK)
        assert refused.value.returncode == 2
        assert probing.tenant.requests() == []
        assert probing.things() == before

    @pytest.mark.parametrize("words", ["no\n", "\n", "", "y\n"])
    def test_no(self, probing: Probing, typed, words: str):
        typed(words)
        probing.tenant.clear_requests()
        with pytest.raises(CommandError, match="nothing was done"):
            doctor(*QUICK)
        assert probing.tenant.requests() == []

    def test_yes(self, probing: Probing, typed):
        typed("yes\n")
        said = doctor(*QUICK)
        assert str(probing.tenant.domain) in said
        assert "Do links for a new password lead to the tenant's own host, DOMAIN?\n  yes" in said

    def test_it_says_beforehand_what_it_will_make(self, probing: Probing):
        said = doctor("--dry-run")
        for words in (probing.tenant.domain, "throw-away users", "No Action is bound", "No mail is sent"):
            assert words in said
        assert all(question.name in said for question in QUESTIONS)
        said = doctor("--dry-run", "--with-actions", "--mailbox", "probes@northwind.example")
        assert "Actions are bound to post-login" in said
        assert "a mail is sent there" in said
        assert not ProbeAnswer.objects.exists()

    def test_one_question_only(self, probing: Probing):
        said = doctor("--dry-run", *QUICK)
        assert said.startswith(f"1 question to the tenant {probing.tenant.domain}, ")
        assert "claims_reach_token" not in said

    def test_a_question_that_there_is_not(self):
        with pytest.raises(CommandError, match="no question tea") as refused:
            doctor("--yes", "--question", "tea")
        assert refused.value.returncode == 2

    def test_without_the_deployment_client(self, monkeypatch):
        monkeypatch.delenv("AUTH0_DEPLOY_CLIENT_SECRET")
        with pytest.raises(CommandError, match="set AUTH0_DEPLOY_CLIENT_SECRET in the environment"):
            doctor("--yes", *QUICK)


class TestWhatItSays:
    def test_what_was_made_and_removed(self, probing: Probing):
        said = doctor("--yes", *QUICK)
        assert "made and removed: user auth0-password-probe-" in said
        assert "\n1 thing made, 1 removed." in said

    def test_for_programs(self, probing: Probing):
        told = json.loads(doctor("--yes", "--json", *QUICK))
        assert told["answers"] == {
            "links_at_own_host": {"answer": "yes", "detail": f"they lead to {probing.tenant.domain}"}
        }
        assert len(told["made"]) == 1
        assert told["left"] == told["cleared"] == []

    def test_without_actions_and_scopes_it_says_what_it_would_take(self, probing: Probing, seed: dict[str, Any]):
        deploy = next(client for client in seed["clients"] if client["client_id"] == DEPLOY)
        deploy["scopes"].remove("create:user_tickets")
        probing.tenant.seed(seed)
        said = doctor("--yes", *QUICK, "--question", "claims_reach_token")
        assert "could not tell: the deployment client needs create:user_tickets" in said
        assert "could not tell: it needs an Action that is bound meanwhile: --with-actions" in said
        assert "  By hand: Ask for a link as a test user" in said
        assert "\n0 things made, 0 removed." in said

    def test_what_could_not_be_removed(self, probing: Probing):
        probing.tenant.faults([{"method": "DELETE", "path": "^/api/v2/users/", "status": 500, "times": -1}])
        with pytest.raises(CommandError, match="not everything could be removed") as raised:
            doctor("--yes", *QUICK, out=(out := io.StringIO()))
        assert "could not be removed: user auth0-password-probe-" in out.getvalue()
        assert "made and removed" not in out.getvalue()
        assert raised.value.returncode == 1

    def test_the_tenant_does_not_answer(self, probing: Probing):
        probing.tenant.faults([{"path": "^/oauth/token", "status": 503, "times": -1}])
        with pytest.raises(CommandError, match="could not run") as raised:
            doctor("--yes", *QUICK)
        assert raised.value.returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped(probing: Probing, monkeypatch, number: int):
    """As by Ctrl-C, or by whoever runs it."""
    before, stopped = probing.things(), []

    def pause(seconds: float) -> None:
        probing.pause(seconds)
        if not stopped:
            stopped.append(seconds)
            os.kill(os.getpid(), number)

    monkeypatch.setattr(command, "wait", pause)
    with pytest.raises(CommandError, match="stopped") as raised:
        doctor("--yes", *QUICK, "--question", "auth_time_over_sso")
    assert raised.value.returncode == 1
    assert probing.things() == before
    assert [row.question for row in ProbeAnswer.objects.all()] == ["links_at_own_host"]


def test_nothing_secret_is_printed_or_kept(probing: Probing, monkeypatch):
    """Every question, every password and every secret that Auth0 gave out."""
    secrets: set[str] = {probing.secret}
    make, post = lab.new_password, TenantApi.post

    def new_password() -> str:
        password = make()
        secrets.add(password)
        return password

    def posted(api: TenantApi, path: str, body: object = None) -> Any:
        answer = post(api, path, body)
        secrets.update(str(answer[key]) for key in ("client_secret", "ticket") if key in (answer or {}))
        return answer

    monkeypatch.setattr(lab, "new_password", new_password)
    monkeypatch.setattr(TenantApi, "post", posted)
    said = doctor("--yes", "--with-actions") + repr(list(ProbeAnswer.objects.values()))
    assert len(secrets) > 20
    assert not [secret for secret in secrets if secret in said]


class TestTheReport:
    def test_it_shows_what_is_known(self, probing: Probing):
        keep_answer("links_at_own_host", "no", "they lead to login.example.com")
        out = io.StringIO()
        with suppress(CommandError):  # the demonstration's tenant has its faults
            call_command("auth0_doctor", stdout=out)
        assert "Do links for a new password lead to the tenant's own host, DOMAIN?" in out.getvalue()
        assert "no: they lead to login.example.com" in out.getvalue()


def test_every_question_is_documented():
    page = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    assert [one.name for one in QUESTIONS if f"\n| `{one.name}` | " not in page] == []
    for option in ("--probe", "--yes", "--with-actions", "--mailbox", "--question", "--dry-run"):
        assert f"`{option}" in page or f" {option}" in page

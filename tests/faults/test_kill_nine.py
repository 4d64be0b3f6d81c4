"""`kill -9` of a worker at work, twenty times, at moments that chance chooses: every intent is done in the end, what
is done twice carries one name, and nothing is left open (OUT-05)."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from auth0_password.models import PasswordChange, PasswordState
from auth0_password.services import hint, reconcile
from auth0_password.services.reconcile import due
from tests.faults import telephones
from tests.faults.aftermath import listening, mails
from tests.stories import conftest as stories
from tests.stories.people import ALICE, ALICES, sign_in
from tests.support.browser import Browser
from tests.support.tenant import ROOT
from tests.tenant.grants.caller import Caller

pytestmark = pytest.mark.story

later, later_here, reseed = stories.later, stories.later_here, stories.reseed

KILLS = 20
READERS = [f"reader{number}@example.com" for number in range(5)]
SLOWLY = {"path": "^/api/v2/", "times": -1, "delay_s": 0.1}


@pytest.fixture
def readers(site, tenant, reseed) -> dict[str, str]:
    """Some more like Alice, all signed in; their subjects by address."""

    def edit(seed):
        [alice] = [user for user in seed["users"] if user["email"] == ALICE]
        seed["users"] += [
            {**alice, "email": email, "user_id": f"auth0|64f0c0ffee0000000000beef{number:02}"}
            for number, email in enumerate(READERS)
        ]
        telephones.allow(seed)

    reseed(edit)
    for email in READERS:
        sign_in(Browser(), f"{site}/loans/", email, ALICES)
    reconcile()
    return {email: tenant.user(email)["user_id"] for email in READERS}


class Everybody:
    """Has an app on a telephone, then a new password at Auth0; and the site was told. `apps`: their refresh tokens."""

    def __init__(self, tenant, readers) -> None:
        self.caller, self.readers, self.rounds, self.apps = Caller(tenant), readers, 0, []

    def password(self) -> str:
        return f"Wandering-Teapot-{self.rounds}!" if self.rounds else ALICES

    def change(self) -> None:
        self.apps += [telephones.signed_in(self.caller.tenant, email, self.password()) for email in self.readers]
        time.sleep(0.01)  # a token of the same millisecond as the change would not be older
        self.rounds += 1
        for subject in self.readers.values():
            answer = self.caller.api("PATCH", f"users/{subject}", json={"password": self.password()})
            assert answer.ok, answer.text
        hint(self.readers.values())


@pytest.fixture
def worker(tenant, tmp_path):
    """Start one on the test's own database."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings",
        "TENANT_PORT": str(tenant.port),
        "WORKER_DATABASE": str(connection.settings_dict["NAME"]),
        "WORKER_OUT": str(tmp_path),
    }
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        command = [sys.executable, "manage.py", "reconcile_passwords"]
        quiet = subprocess.DEVNULL
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def killed_at_work(process, tenant, chance) -> bool:
    """After so many of its calls, or a moment later; False: it was done before that."""
    calls, moment = chance.randint(1, 7), chance.uniform(0, 0.12)
    while process.poll() is None:
        if len(tenant.requests()) >= calls:
            time.sleep(moment)
            os.kill(process.pid, signal.SIGKILL)
            return process.wait() == -signal.SIGKILL
        time.sleep(0.01)
    return False


def noted(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text(encoding="utf-8").splitlines() if (folder / name).exists() else []


def leases_run_out():
    for model in (PasswordState, PasswordChange):
        model.objects.exclude(lease_until=None).update(lease_until=timezone.now())


def test_twenty_kills(tenant, readers, worker, tmp_path, later):
    seed = 2026 if os.environ.get("CI") else secrets.randbelow(10**6)
    chance, kills, everybody = random.Random(seed), 0, Everybody(tenant, readers)  # noqa: S311 - it hides nothing
    tenant.faults([SLOWLY])
    with listening() as here:
        while kills < KILLS:
            if not sum(due(["check", "mail", "revoke"]).values()):
                everybody.change()
            tenant.clear_requests()
            kills += killed_at_work(worker(), tenant, chance)
            leases_run_out()
        tenant.clear_faults()
        later(minutes=5)
        for _ in range(3):
            reconcile()
            later(minutes=5)

    told = f"seed {seed}, {everybody.rounds} rounds"
    rows = list(PasswordChange.objects.all())
    sent = [line.split()[0] for line in noted(tmp_path, "mails")] + mails()
    heard = noted(tmp_path, "signals") + here.heard
    assert len(rows) == everybody.rounds * len(readers), told
    assert set(due().values()) == {0}, told
    assert len(set(sent)) == len(rows), told
    assert len(sent) <= len(rows) + kills, told
    assert set(heard) == {f"password_changed:{row.pk}" for row in rows}, told
    assert len(heard) <= len(rows) + kills, told
    assert {(row.mail_outcome, row.mail_to) for row in rows} == {("sent", "")}, told
    assert all(row.revoked_at and row.announced_at for row in rows), told
    assert not any(telephones.works(tenant, app) for app in everybody.apps), told
    assert {one.to[0] for one in mail.outbox} <= set(readers)

"""A run that was cut off anywhere is just run again: the tenant ends as wanted, and has everything once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import count

import pytest

from auth0_password.deployment import Tenant, apply, wanted
from auth0_password.exceptions import GatewayError
from auth0_password.gateway.tenant_api import TenantApi
from tests.deployment.conftest import FOREIGN, SITE, Hands, vault_is_right
from tests.support.deployed import CLIENT_ID, CLIENT_SECRET, LOG_STREAM_TOKEN, SECRETS, moving, tenant_api
from tests.support.tenant import ROOT, LocalTenant

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
KILLS = 20
CHANCE = random.Random(8)  # noqa: S311 - the same every time


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


class MortalApi(TenantApi):
    """Dies at its n-th call, before the tenant hears of it or after."""

    def __init__(self, local: LocalTenant, *, at: int, after: bool = False) -> None:
        super().__init__(CLIENT_ID, CLIENT_SECRET, sleep=moving(local))
        self.calls, self.at, self.is_after = count(1), at, after

    def _ask(self, *asked):
        dies = next(self.calls) == self.at
        if dies and not self.is_after:
            self.die()
        answer = super()._ask(*asked)
        if dies:
            self.die()
        return answer

    def die(self):
        raise Killed


@pytest.fixture
def scene(hands):
    """Somebody else was here before us. What a run that is left alone makes of that, and how many calls it takes."""
    hands.create_action()
    hands.bind(FOREIGN)
    start = hands.outcome()
    api = MortalApi(hands.local, at=-1)
    apply(Tenant(api, moving(hands.local)), wanted(), lambda _step: None)
    return hands.outcome(), next(api.calls) - 1, start


def begin_anew(hands: Hands) -> None:
    hands.local.reset()
    hands.create_action()
    hands.bind(FOREIGN)


def die_once(hands: Hands, *, at: int, after: bool) -> None:
    api = MortalApi(hands.local, at=at, after=after)
    with pytest.raises(Killed):
        apply(Tenant(api, moving(hands.local)), wanted(), lambda _step: None)


def test_the_scene_is_one(scene):
    outcome, calls, start = scene
    assert outcome != start
    assert calls > KILLS


def test_killed_at_any_call_and_run_again(hands, scene):
    outcome, calls, _start = scene
    points = [(at, after) for at in range(1, calls + 1) for after in (False, True)]
    for at, after in points if LONG else sorted(CHANCE.sample(points, KILLS)):
        begin_anew(hands)
        die_once(hands, at=at, after=after)
        hands.apply()
        assert hands.outcome() == outcome, f"killed {'after' if after else 'before'} call {at}"
        assert vault_is_right(hands.state())
        assert not hands.changes()


def test_killed_again_and_again(hands, scene):
    """Whoever runs it ten times and is cut off ten times gets there as well."""
    outcome, calls, _start = scene
    begin_anew(hands)
    for _ in range(10):
        api = MortalApi(hands.local, at=CHANCE.randint(5, calls), after=CHANCE.random() < 0.5)
        with suppress(Killed):
            apply(Tenant(api, moving(hands.local)), wanted(), lambda _step: None)
    hands.apply()
    assert hands.outcome() == outcome
    assert vault_is_right(hands.state())


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"truncate": True}], ids=str)
def test_answers_that_are_lost(hands, scene, tenant, method, fault):
    """It happened, and nobody was told: it is looked for, and not done twice."""
    outcome, _calls, _start = scene
    begin_anew(hands)
    for path in (
        "actions/actions$",
        "deploy$",
        "bindings$",
        "clients$",
        "client-grants",
        "vault",
        "forms",
        "log-streams",
    ):
        tenant.faults([{"method": method, "path": path, "after_apply": True, **fault}])
    hands.apply()
    assert hands.outcome() == outcome
    assert vault_is_right(hands.state())


class UnreliableApi(TenantApi):
    """One in five calls has no answer or a 5xx, and in half of these it was carried out."""

    def __init__(self, local: LocalTenant, chance: random.Random) -> None:
        super().__init__(CLIENT_ID, CLIENT_SECRET, sleep=moving(local))
        self.local, self.chance, self.failed = local, chance, 0

    def _ask(self, *asked):
        self.local.clear_faults()
        if self.chance.random() < 0.2:
            self.failed += 1
            kind = self.chance.choice([{"drop": True}, {"status": 503}, {"status": 502}])
            self.local.faults([{"path": "^/api/v2/", "after_apply": self.chance.random() < 0.5, **kind}])
        return super()._ask(*asked)


@pytest.mark.parametrize("seed", range(20 if LONG else 4))
def test_one_call_in_five_fails(hands, scene, tenant, seed):
    outcome, _calls, _start = scene
    begin_anew(hands)
    api = UnreliableApi(hands.local, random.Random(seed))  # noqa: S311 - the same every time
    for _ in range(5):
        try:
            apply(Tenant(api, moving(hands.local)), wanted(), lambda _step: None)
        except GatewayError:
            continue
        break
    tenant.clear_faults()
    assert api.failed > 3
    hands.apply()
    assert hands.outcome() == outcome
    assert vault_is_right(hands.state())


def test_too_many_requests(hands, scene, tenant):
    """The limits of the free plan: two calls a second."""
    outcome, _calls, _start = scene
    begin_anew(hands)
    tenant.rate_limits(management={"burst": 2, "per_minute": 120})
    tenant.clear_requests()
    hands.apply()
    assert 429 in {call["status"] for call in tenant.requests()}
    tenant.rate_limits(management=None)
    assert hands.outcome() == outcome


PROGRAM = """
import os, signal, sys
import django
from django.conf import settings
django.setup()
from tests.deployment.test_interrupted import MortalApi, settings_of
from auth0_password.deployment import Tenant, apply, wanted

class Api(MortalApi):
    def die(self):
        os.kill(os.getpid(), signal.SIGKILL)

class Local:
    def advance(self, seconds):
        import requests
        requests.post(f"{sys.argv[1]}/_control/clock", json={"advance_s": seconds}, timeout=5)

settings_of(settings, sys.argv[1])
api = Api(Local(), at=int(sys.argv[2]), after=sys.argv[3] == "after")
apply(Tenant(api, api._sleep), wanted(), lambda step: None)
"""


def settings_of(settings, url):
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = url.removeprefix("http://")
    settings.AUTH0_PASSWORD |= {
        **SECRETS, "LOG_STREAM_TOKEN": LOG_STREAM_TOKEN, "SITE_URL": SITE, "FORCE_AT": "form", "LOGIN_ROUTE": None,
    }  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_nine(hands, scene, when):
    """The real thing, in a process of its own."""
    outcome, calls, _start = scene
    for at in CHANCE.sample(range(5, calls + 1), 10 if LONG else 2):
        begin_anew(hands)
        command = [sys.executable, "-c", PROGRAM, hands.local.base_url, str(at), when]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        hands.apply()
        assert hands.outcome() == outcome, f"killed {when} call {at}"
        assert vault_is_right(hands.state())


def test_two_at_once_do_not_hide_it(hands):
    """Nothing can lock a tenant. Where two have made the same thing, that is said."""
    body = {"name": "auth0-password logs", "type": "http", "sink": {"httpEndpoint": f"{SITE}/account/hooks/logs/"}}
    for _ in range(2):
        tenant_api(hands.local).post("log-streams", body)
    with pytest.raises(Exception, match="2 log streams named 'auth0-password logs': remove all but one"):
        hands.plan()

"""What Auth0 lets an Action be (customize/actions/limitations, entity-limit-policy), with as much asked of it as a
site can ask. Every play of an Action in `*.test.js` is held to Auth0's time and console, see `acting.js`."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from auth0_password.deployment.sources import PLACE, TRIGGERS, action_code, source_of, version_of
from auth0_password.deployment.wanted import wanted
from demo_site.tenant.actions.workers import node

LARGEST_CODE = 100_000
MOST_SECRETS, LONGEST_NAME, LONGEST_VALUE = 30, 128, 4_096
BUILT_INS = {"crypto"}
LONGEST = "whsec_" + "c2VjcmV0" * 500

PARSED = """
  const { Script } = require('node:vm'), { wrap, Module } = require('node:module');
  const code = require('node:fs').readFileSync(0, 'utf8');
  new Script(wrap(code));
  const action = new Module('action.js');
  action._compile(code, 'action.js');
  console.log(JSON.stringify(Object.keys(action.exports)));
"""
"""As CommonJS, and as nothing else: Node itself would also take modules, and strip types."""

HANDLERS = {
    "post-login": ["onExecutePostLogin", "onContinuePostLogin"],
    "post-change-password": ["onExecutePostChangePassword"],
    "password-reset-post-challenge": ["onExecutePostChallenge", "onContinuePostChallenge"],
}


@pytest.fixture
def largest(settings):
    """Everything there is to set, long."""
    client = "x" * 32
    settings.AUTH0_PASSWORD = {
        **settings.AUTH0_PASSWORD,
        "SITE_URL": "https://www." + "northwind." * 20 + "example",
        "FORCE_AT": "form",
        "RESET_VERIFIER": "auth0_password.services.verifiers.ActiveHere",
        "ACTION_SECRET": LONGEST,
        "HANDOVER_SECRET": LONGEST,
        "VERIFIER_SECRET": LONGEST,
        "DEPLOY": {
            "clients": [f"{client}{place}" for place in range(500)],
            "receivers": [
                {"url": f"https://{place}.example/{'path/' * 50}", "secret": LONGEST}
                for place in range(2, MOST_SECRETS + 1)
            ],
        },
    }
    return wanted().actions


def in_node(program, code):
    return subprocess.run([node(), "-e", program], input=code, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("trigger", TRIGGERS)
class TestTheFile:
    def test_is_an_action_of_ours(self, trigger):
        source = source_of(trigger)
        assert f"\n * auth0-password: {trigger}, version {version_of(source)}\n" in source
        assert source.startswith("/**\n")
        assert source.count(PLACE) == 1

    def test_is_plain_javascript_with_the_triggers_handlers(self, trigger):
        ran = in_node(PARSED, source_of(trigger))
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout) == HANDLERS[trigger]

    def test_needs_nothing_but_node(self, trigger):
        """And only this of it: no process, no disk, no code made at run time, and no cache, which has limits too."""
        source = source_of(trigger)
        assert set(re.findall(r"""require\(\s*['"`]?([^'"`)]*)""", source)) <= BUILT_INS
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL)
        assert not re.search(r"\b(import|process|eval|Function|globalThis|api\.cache)\b", code)

    def test_keeps_nothing_from_one_person_to_the_next(self, trigger):
        """What stands outside the functions serves many executions."""
        assert not re.search(r"^(let|var) ", source_of(trigger), re.MULTILINE)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_largest_fits(largest, trigger):
    action = largest[trigger]
    assert len(action.code(form_id="ap_" + "x" * 27).encode()) <= LARGEST_CODE
    assert len(action.secrets) <= MOST_SECRETS
    assert all(len(name) <= LONGEST_NAME and len(value) <= LONGEST_VALUE for name, value in action.secrets.items())


def test_the_largest_has_every_secret_that_may_be(largest):
    assert len(largest["post-change-password"].secrets) == MOST_SECRETS


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_no_secret_is_in_the_code(largest, trigger):
    assert LONGEST[:40] not in largest[trigger].code()


def test_the_check_for_modules_and_types_can_fail():
    for code in ("import x from 'crypto';", "const a: string = '';", "export const a = 1;", "await 1;"):
        assert in_node(PARSED, code).returncode
    assert action_code("post-login", {"a": 1}) != source_of("post-login")

"""What the Actions do, decision by decision, in Node 22: each test of a `*.test.js` is one here."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from demo_site.tenant.actions.workers import node

HERE = Path(__file__).parent
REPORTER = HERE / "results.mjs"
FILES = sorted(HERE.glob("*.test.js"))
LONGEST_S = 120


@dataclass(frozen=True)
class Result:
    """`left`: the test was skipped, or is still to be written."""

    name: str
    passed: bool
    left: bool
    why: str


@dataclass(frozen=True)
class Run:
    results: tuple[Result, ...]
    status: int
    errors: str


def run(path: Path) -> Run:
    with TemporaryDirectory() as room:
        lines = Path(room, "results")
        reporter = (f"--test-reporter={REPORTER.as_uri()}", f"--test-reporter-destination={lines}")
        command = [node(), *reporter, str(path)]
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        except subprocess.TimeoutExpired:
            return Run((), 1, f"it did not end within {LONGEST_S} s")
        written = lines.read_text("utf-8").splitlines() if lines.exists() else []
    return Run(tuple(Result(**json.loads(line)) for line in written), ended.returncode, ended.stdout + ended.stderr)


RUNS = {path.name: run(path) for path in FILES}
RESULTS = [pytest.param(one, id=f"{name}: {one.name}") for name, ran in RUNS.items() for one in ran.results]


@pytest.mark.parametrize("result", RESULTS)
def test_in_node(result):
    if not result.passed:
        pytest.fail(result.why, pytrace=False)
    assert not result.left, "Node left it out"


@pytest.mark.parametrize("name", RUNS)
def test_the_whole_file_was_played(name):
    """It has tests, and nothing failed outside them."""
    ran = RUNS[name]
    assert ran.results, ran.errors
    assert (ran.status == 0) == all(one.passed for one in ran.results), ran.errors


class TestTheRunner:
    """A failure is seen, and says why."""

    def test_of_one_test(self, tmp_path):
        fails = "test('b', () => assert.equal(1, 2))"
        groups = f"describe('Bob', () => {{ test('a', () => {{}}); describe('at home', () => {{ {fails} }}) }})"
        ran = self.run_of(tmp_path, f"{groups}; test('c', () => {{}})")
        seen = [(one.name, one.passed) for one in ran.results]
        assert seen == [("Bob > a", True), ("Bob > at home > b", False), ("c", True)]
        assert "1 == 2" in ran.results[1].why

    def test_of_a_promise_that_nobody_awaits(self, tmp_path):
        ran = self.run_of(tmp_path, "test('a', () => { Promise.reject(new Error('lost')) })")
        assert ran.status or not all(one.passed for one in ran.results)

    def test_of_a_hook(self, tmp_path):
        hook = "before(() => { throw new Error('x') })"
        ran = self.run_of(tmp_path, f"describe('a', () => {{ {hook}; test('b', () => {{}}) }})")
        assert not all(one.passed for one in ran.results)

    @pytest.mark.parametrize("body", ["test('a', ", "", "throw new Error('lost')"])
    def test_of_a_file(self, tmp_path, body):
        ran = self.run_of(tmp_path, body)
        assert not ran.results
        assert not body or ran.errors

    def test_what_is_left_out_is_told(self, tmp_path):
        results = self.run_of(tmp_path, "test.skip('a', () => {}); test.todo('b'); test('c', () => {})").results
        assert [one.left for one in results] == [True, True, False]

    def run_of(self, tmp_path, body):
        path = tmp_path / "some.test.js"
        names = "const assert = require('node:assert'); const { before, describe, test } = require('node:test');"
        path.write_text(f"{names}\n{body}", encoding="utf-8")
        return run(path)

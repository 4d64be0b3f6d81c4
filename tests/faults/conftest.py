"""The people of the unit tests, and a worker who can be killed anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from auth0_password.testing import auth0_gateway  # noqa: F401 - a fixture
from tests.unit.conftest import bob, clock, grace, later  # noqa: F401 - fixtures

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


class Killed(BaseException):
    """No `except Exception` sees it, as none sees `kill -9`."""


class Reaper:
    """Kills the worker at the n-th thing that it is about to do: a statement, or a call (before it, and after it, when
    its answer is under way)."""

    def __init__(self, gateway) -> None:
        self.steps, self.at = 0, None
        self.written: list[str] = []
        for name in ("read_user", "update_app_metadata", "revoke_access"):
            self._watch(gateway, name)

    @contextmanager
    def kills_at(self, number: int | None) -> Iterator[None]:
        """Whether it lived is told by `survived`."""
        self.steps, self.at, self.survived = 0, number, False
        try:
            with connection.execute_wrapper(self._statement):
                yield
            self.survived = True
        except Killed:
            connection.run_on_commit = []  # what it had in mind died with it
        finally:
            self.at = None

    def _step(self) -> None:
        self.steps += 1
        if self.steps - 1 == self.at:
            raise Killed

    def _statement(self, execute, sql, params, many, context):
        if not sql.lstrip().upper().startswith(CONTROL):
            self._step()
        return execute(sql, params, many, context)

    def _watch(self, gateway, name: str) -> None:
        call = getattr(gateway, name)

        def watched(*arguments, **named):
            self._step()
            answer = call(*arguments, **named)
            if name == "update_app_metadata":
                self.written.append(arguments[0])
            self._step()
            return answer

        setattr(gateway, name, watched)


@pytest.fixture
def reaper(auth0_gateway) -> Reaper:  # noqa: F811 - the fixture
    return Reaper(auth0_gateway)

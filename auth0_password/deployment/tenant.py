"""The tenant that is set up: what is read of it is remembered until something is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from ..exceptions import (
    DeploymentError,
    GatewayError,
    GatewayRefusedError,
    GatewayUnavailableError,
    SetUpRefusedError,
    UnexpectedAnswerError,
)
from ..gateway.tenant_api import TenantApi

Json = dict[str, Any]
Value = TypeVar("Value")

TRIES = 5
"""So often something is read before it counts as a failure."""

WHERE = "dashboard, Applications > APIs > Auth0 Management API > Machine to Machine Applications"

POLLS, FIRST_PAUSE, LONGEST_PAUSE = 60, 0.3, 2.0
"""How often somebody looks whether an Action is built, and how far apart (auth0-deploy-cli: 60 times, 2 seconds)."""


def may_pass(error: GatewayError) -> bool:
    """Whether the same call may be answered another time: no answer, 5xx, 429, or half of one."""
    return isinstance(error, (GatewayUnavailableError, UnexpectedAnswerError))


def why_refused(error: GatewayRefusedError) -> str:
    """403: its id and secret are right (unverified at Auth0)."""
    if error.status == HTTPStatus.FORBIDDEN:
        return f"the deployment client is not authorised for the Management API ({error}): do it there ({WHERE})"
    return (
        f"Auth0 refuses the deployment client's id or secret ({error}): "
        "check AUTH0_DEPLOY_CLIENT_ID and AUTH0_DEPLOY_CLIENT_SECRET"
    )


@dataclass
class Tenant:
    """`sleep` waits between two looks at what Auth0 is still doing."""

    api: TenantApi
    sleep: Callable[[float], None] = time.sleep
    _known: dict[object, Any] = field(default_factory=dict, init=False, repr=False)

    def scopes(self) -> frozenset[str]:
        """What the deployment client may do. Raises `DeploymentError` where Auth0 gives it no token."""
        try:
            return self.once("scopes", lambda: self.api.scopes)
        except GatewayRefusedError as error:
            raise DeploymentError(why_refused(error)) from None
        except UnexpectedAnswerError as error:
            words = f"{self.api.domain} gives the deployment client no token: check DOMAIN ({error})"
            raise DeploymentError(words) from None

    def get(self, path: str, **query: str | int | bool) -> Json | None:
        """None where there is no such thing."""
        return self.once((path, *query.items()), lambda: self._found(path, query))

    def all(self, path: str, key: str, **query: str | int | bool) -> list[Json]:
        return self.once((path, "list", *query.items()), lambda: self.api.list(path, key, **query))

    def once(self, key: object, read: Callable[[], Value]) -> Value:
        """Read it, unless it is known. A failure that may pass is one only when it comes again and again."""
        if key not in self._known:
            self._known[key] = self._patiently(read)
        known: Value = self._known[key]
        return known

    def forget(self) -> None:
        self._known.clear()

    def made(self, path: str, body: object, *names: str) -> Json:
        """What an answer to a POST must tell of what was made."""
        answer = self.post(path, body)
        for name in names:
            if not isinstance(answer.get(name), str):
                raise UnexpectedAnswerError(f"POST /api/v2/{path}: no {name} in the answer")
        return answer

    def post(self, path: str, body: object = None) -> Json:
        return self._written(self.api.post, path, body)

    def patch(self, path: str, body: object) -> Json:
        return self._written(self.api.patch, path, body)

    def delete(self, path: str) -> None:
        """What is gone already is as good."""
        self.forget()
        try:
            self.api.delete(path)
        except SetUpRefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Look again and again, `what` being waited for."""
        for number in range(POLLS):
            self.forget()
            if is_so():
                return
            self.sleep(min(FIRST_PAUSE * 1.5**number, LONGEST_PAUSE))
        raise DeploymentError(f"{what}: Auth0 was waited for in vain; run it again later")

    def one_named(self, name: str, among: list[Json], what: str) -> Json | None:
        """The one of that name. Auth0 allows several in places; nobody knows then which is meant."""
        found = [item for item in among if item.get("name") == name]
        if len(found) > 1:
            raise DeploymentError(f"the tenant has {len(found)} {what} named {name!r}: remove all but one")
        return found[0] if found else None

    def _written(self, write: Callable[[str, object], Any], path: str, body: object) -> Json:
        self.forget()
        answer = write(path, body)
        return dict(answer) if isinstance(answer, Mapping) else {}

    def _found(self, path: str, query: Mapping[str, str | int | bool]) -> Json | None:
        try:
            answer = self.api.get(path, **query)
        except SetUpRefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        if not isinstance(answer, dict):
            raise UnexpectedAnswerError(f"GET /api/v2/{path}: no object in the answer")
        return answer

    def _patiently(self, read: Callable[[], Value]) -> Value:
        for number in range(1, TRIES):
            try:
                return read()
            except GatewayError as error:
                if not may_pass(error):
                    raise
                self.sleep(float(number))
        return read()

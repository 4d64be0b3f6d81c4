"""The calls that the site makes to Auth0, and everything that can go wrong with one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

CANARY = "canary-what-the-tenant-answered"
"""Stands in every made-up answer: none of it may show up anywhere."""

IN_VAIN_S = 0.3
"""How long the site waits for an answer where one never comes."""

ELSEWHERE = "/elsewhere"
"""Where redirected calls are sent to. Nobody may follow."""

OAUTH = {401: "invalid_client", 403: "access_denied", 429: "too_many_requests"}


@dataclass(frozen=True)
class Call:
    """`times_before`: so many earlier calls of the same address are left alone."""

    name: str
    method: str
    path: str
    times_before: int = 0
    changes: bool = False

    def was_made(self, requests: list[dict[str, Any]]) -> bool:
        """Whether one of them is this call, after those that were left alone."""
        return sum(self.is_made_by(one["method"], one["path"]) for one in requests) > self.times_before

    def is_made_by(self, method: str, path: str) -> bool:
        return method == self.method and bool(re.search(self.path, path))

    @property
    def where(self) -> dict[str, Any]:
        return {"method": self.method, "path": self.path}


EXCHANGE = Call("`POST /oauth/token` (code)", "POST", "^/oauth/token$")
KEYS = Call("`GET /.well-known/jwks.json`", "GET", r"^/\.well-known/jwks\.json$")
EXCHANGE_AFTER_TOKEN = Call(EXCHANGE.name, "POST", "^/oauth/token$", times_before=1)
TOKEN = Call("`POST /oauth/token` (management)", "POST", "^/oauth/token$")
TOKEN_AFTER_EXCHANGE = Call(TOKEN.name, "POST", "^/oauth/token$", times_before=1)
READ = Call("`GET /api/v2/users/{id}`", "GET", "^/api/v2/users/")
READ_ON_COMING_BACK = Call(f"{READ.name} on coming back", "GET", "^/api/v2/users/", times_before=1)
TICKET = Call("`POST /api/v2/tickets/password-change`", "POST", "^/api/v2/tickets/", changes=True)
MAIL = Call("`POST /dbconnections/change_password`", "POST", "^/dbconnections/change_password$", changes=True)
OPTIONS = Call("`GET /api/v2/connections`", "GET", "^/api/v2/connections")
WRITE = Call("`PATCH /api/v2/users/{id}`", "PATCH", "^/api/v2/users/", changes=True)
LIST_SESSIONS = Call("`GET /api/v2/users/{id}/sessions`", "GET", "^/api/v2/users/[^/]+/sessions$")
LIST_TOKENS = Call("`GET /api/v2/users/{id}/refresh-tokens`", "GET", "^/api/v2/users/[^/]+/refresh-tokens$")
END_TOKEN = Call("`DELETE /api/v2/refresh-tokens/{id}`", "DELETE", "^/api/v2/refresh-tokens/", changes=True)
LOGS = Call("`GET /api/v2/logs`", "GET", "^/api/v2/logs")
EXPORT = Call("`POST /api/v2/jobs/users-exports`", "POST", "^/api/v2/jobs/users-exports$", changes=True)
JOB = Call("`GET /api/v2/jobs/{id}`", "GET", "^/api/v2/jobs/")
EVERY_CALL = Call("every call", "", "")


@dataclass(frozen=True)
class Fault:
    """`played` is what the tenant's `/_control/faults` takes. `refuses`: nobody listens at Auth0's address."""

    name: str
    played: dict[str, Any] = field(default_factory=dict)
    status: int = 0
    never_answers: bool = False
    refuses: bool = False

    def on(self, call: Call) -> list[dict[str, Any]]:
        """For ever, and after the calls that are left alone."""
        alone = [{**call.where, "times": call.times_before}] if call.times_before else []
        answer = error(self.status, call) if self.status else {}
        return [*alone, {**call.where, "times": -1, **answer, **self.played}]

    def comes_after_the_effect(self, call: Call) -> bool:
        return call.changes and bool(self.played.get("after_apply"))


def error(status: int, call: Call) -> dict[str, Any]:
    """An error in the words of that part of Auth0 (Management API, OAuth)."""
    code = OAUTH.get(status, "server_error")
    oauth = {"error": code, "error_description": CANARY}
    management = {"statusCode": status, "error": "Error", "message": CANARY, "errorCode": code}
    bodies = {"/api/v2/": management, "/.well-known/": {"message": CANARY}}
    body = next((body for path, body in bodies.items() if call.path.replace("\\", "").startswith(f"^{path}")), oauth)
    return {"status": status, "body": body, "content_type": "application/json"}


JSON = {"status": 200, "content_type": "application/json"}
WRONG_TYPES = {
    "access_token": 7, "id_token": [CANARY], "expires_in": CANARY, "keys": [CANARY], "user_id": {}, "ticket": 7,
    "identities": CANARY, "connections": CANARY,
}  # fmt: skip

REFUSED = Fault("connection refused", refuses=True)
FAULTS = [
    Fault("no answer in time", {"delay_s": IN_VAIN_S * 1.6, "drop": True}, never_answers=True),
    Fault("connection lost before the effect", {"drop": True}),
    Fault("connection lost after the effect", {"drop": True, "after_apply": True}),
    Fault("answer cut short", {"truncate": True, "after_apply": True}),
    Fault("half a JSON", {**JSON, "body": f'{{"access_token": "{CANARY}', "after_apply": True}),
    Fault("200 with HTML", {"status": 200, "content_type": "text/html", "body": f"<h1>{CANARY}</h1>"}),
    Fault("200 with a list", {**JSON, "body": [CANARY]}),
    Fault("200 with wrong types", {**JSON, "body": WRONG_TYPES}),
    Fault("401", status=401),
    Fault("403", status=403),
    Fault("404", status=404),
    Fault("409", status=409),
    Fault("429", status=429),
    Fault("429 with limits", {"headers": {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0"}}, status=429),
    Fault("500", status=500),
    Fault("503 with Retry-After", {"headers": {"Retry-After": "30"}}, status=503),
    Fault("307 to elsewhere", {"status": 307, "body": CANARY, "headers": {"Location": ELSEWHERE}}),
]

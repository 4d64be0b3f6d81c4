"""Calls of the Management API that a flow makes: the same code as for everybody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from demo_site.tenant import hosts, logs
from demo_site.tenant.forms import vault
from demo_site.tenant.forms.failures import FlowError
from demo_site.tenant.logs import api_calls
from demo_site.tenant.management import access, user_updates
from demo_site.tenant.management.errors import ApiError, inexistent_user
from demo_site.tenant.management.payload import checked
from demo_site.tenant.plan import FLOW

if TYPE_CHECKING:
    from demo_site.tenant.forms.visit import Visit
    from demo_site.tenant.records import Client, Json

READ = "read:users"
ERRORS_FROM = 400


def update_user(visit: Visit, params: Json) -> Json:
    """``changes`` is the body of PATCH /users/{id}."""
    user_id, changes = params.get("user_id"), params.get("changes")
    if not isinstance(user_id, str) or not isinstance(changes, dict):
        raise FlowError("UPDATE_USER needs a user_id and changes")
    try:
        client = vault.client_of(visit.state, params.get("connection_id"))
        profile = _updated(visit, client, user_id, changes)
    except ApiError as refused:
        return _answer(refused.status, refused.body)
    _log(visit, client, user_id, changes, profile)
    return _answer(200, profile)


def get_user(visit: Visit, params: Json) -> Json:
    try:
        client = vault.client_of(visit.state, params.get("connection_id"))
        profile = _read(visit, client, str(params.get("user_id")))
    except ApiError as refused:
        return _answer(refused.status, refused.body)
    return _answer(200, profile)


def _read(visit: Visit, client: Client, user_id: str) -> Json:
    access.check_scope(set(client.scopes), (READ,))
    user = visit.state.users.get(user_id)
    if user is None:
        raise inexistent_user()
    return user.profile


def _updated(visit: Visit, client: Client, user_id: str, changes: Json) -> Json:
    """The sign-in that the form is part of outlives a new password, unless the plan has it fail."""
    state, run = visit.state, visit.run
    session = state.sessions.get(run.session)
    access.check_scope(set(client.scopes), (user_updates.ANY, user_updates.APP_METADATA))
    body, base_url = checked(changes, user_updates.FIELDS), hosts.default_base_url(state)
    try:
        return user_updates.changed(state, user_id, body, set(client.scopes), base_url, cause=FLOW)
    finally:
        if session is not None and FLOW not in state.plan.login_in_progress_fails_after:
            state.sessions.setdefault(run.session, session)


def _answer(status: int, body: Any) -> Json:
    """As an HTTP request's output is documented."""
    return {"status": status, "body": dict(body), "headers": {}, "success": status < ERRORS_FROM}


def _log(visit: Visit, client: Client, user_id: str, changes: Json, profile: Json) -> None:
    path = f"/api/v2/users/{quote(user_id, safe='')}"
    details = {
        "request": {
            "method": "patch",
            "path": path,
            "query": {},
            "body": api_calls.masked(changes),
            "channel": "api",
            "auth": {"user": {}, "strategy": "jwt", "credentials": {"scopes": list(client.scopes)}},
        },
        "response": {"statusCode": 200, "body": dict(profile)},
    }
    words = api_calls.description("PATCH", path)
    logs.write(visit.state, "sapi", words, client_id=client.client_id, client_name="", hostname=None, details=details)

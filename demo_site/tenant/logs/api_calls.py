"""``sapi``: every successful writing call of the Management API, with what was sent and answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jwt

from demo_site.tenant.logs import origin
from demo_site.tenant.logs.writing import write
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

ROOT = "/api/v2/"
WRITING = ("POST", "PATCH", "PUT", "DELETE")
ERRORS_FROM = 400
MASK = "*****"
# Passwords are masked in the recordings; of the others it is not known.
MASKED = {"password", "newPassword", "client_secret"}
# Recorded are "Delete a User", "Delete organization" and "Add members to an organization".
DESCRIPTIONS = (
    ("POST", r"users", "Create a User"),
    ("PATCH", r"users/[^/]+", "Update a User"),
    ("DELETE", r"users/[^/]+", "Delete a User"),
    ("POST", r"users/[^/]+/identities", "Link a User Account"),
    ("DELETE", r"users/[^/]+/identities/.+", "Unlink a User Account"),
    ("POST", r"tickets/password-change", "Create a password change ticket"),
    ("POST", r"tickets/email-verification", "Create an email verification ticket"),
    ("POST", r"organizations/[^/]+/members", "Add members to an organization"),
    ("DELETE", r"organizations/[^/]+", "Delete organization"),
    ("POST", r"log-streams", "Create a Log Stream"),
    ("POST", r"clients", "Create a Client"),
    ("PATCH", r"clients/[^/]+", "Update a Client"),
    ("DELETE", r"clients/[^/]+", "Delete a Client"),
)
VERBS = {"POST": "Create", "PATCH": "Update", "PUT": "Update", "DELETE": "Delete"}


def log(request: HttpRequest, response: HttpResponse) -> None:
    """The actor is the client; ``user_id`` is not the user that was changed."""
    if request.method not in WRITING or response.status_code >= ERRORS_FROM:
        return
    claims = _claims(request)
    details = {
        "request": _asked(request, claims),
        "response": {"statusCode": response.status_code, "body": masked(_json(response.content))},
    }
    with store.change() as state:
        words = description(request.method, request.path)
        write(state, "sapi", words, client_id=claims.get("azp"), client_name="", hostname=None, details=details)
        if (request.method, request.path) == ("POST", f"{ROOT}users"):
            _log_signup(state, request, response, claims)


def _log_signup(state: State, request: HttpRequest, response: HttpResponse, claims: Json) -> None:
    """A user made by the API counts as a sign-up through the calling client (recorded)."""
    client, user = state.clients.get(claims.get("azp", "")), state.users.get(_json(response.content)["user_id"])
    sent = masked(_sent(request))
    details = {"body": sent | {"client_id": claims.get("azp"), "tenant": "local"}}
    write(state, "ss", user=user, client=client, connection=sent["connection"], hostname=None, details=details)


def description(method: str, path: str) -> str:
    """What nobody has recorded is named by its address."""
    rest = path.removeprefix(ROOT)
    for verb, pattern, words in DESCRIPTIONS:
        if verb == method and re.fullmatch(pattern, rest):
            return words
    return f"{VERBS[method]} {rest.partition('/')[0]}"


def masked(value: Any) -> Any:
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, dict):
        return {name: MASK if name in MASKED and item else masked(item) for name, item in value.items()}
    return value


def _asked(request: HttpRequest, claims: Json) -> Json:
    return {
        "method": (request.method or "").lower(),
        "path": request.path,
        "query": request.GET.dict(),
        "userAgent": origin.current().user_agent,
        "body": masked(_sent(request)),
        "channel": "api",
        "ip": origin.current().ip,
        "auth": {
            "user": {},
            "strategy": "jwt",
            "credentials": {"scopes": claims.get("scope", "").split()},
        },
    }


def _sent(request: HttpRequest) -> Any:
    """Files are not shown."""
    return {} if request.content_type == "multipart/form-data" else _json(request.body)


def _claims(request: HttpRequest) -> Json:
    """The call was answered, so its token has been verified."""
    token = request.headers.get("Authorization", "").partition(" ")[2]
    claims: Json = jwt.decode(token, options={"verify_signature": False})
    return claims


def _json(content: bytes) -> Any:
    """What is empty, or no JSON, is shown as {}."""
    try:
        return json.loads(content) if content else {}
    except ValueError:
        return {}

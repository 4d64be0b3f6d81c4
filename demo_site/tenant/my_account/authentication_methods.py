"""/me/v1/authentication-methods: the user's own, and a new password in two steps."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant import factors, hosts, logs, policy, tickets
from demo_site.tenant.clock import clock
from demo_site.tenant.my_account.access import endpoint, json_object, required
from demo_site.tenant.my_account.errors import ProblemError
from demo_site.tenant.opaque import opaque
from demo_site.tenant.plan import MY_ACCOUNT
from demo_site.tenant.records import Enrolment, identity_id

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State

READ, CREATE = "read:me:authentication_methods", "create:me:authentication_methods"
PASSWORD = "password"  # noqa: S105 - a type of method
NEW = f"{PASSWORD}|new"
LIFETIME_S = 600
LONGEST = 256
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SECOND_FACTORS = {factors.OTP: "totp", factors.EMAIL: "email", factors.RECOVERY_CODE: "recovery-code"}


@endpoint(READ)
def read_all(request: HttpRequest, state: State, user: User) -> JsonResponse:
    wanted = request.GET.get("type")
    shown = [item for item in _methods(state, user) if wanted in (None, item["type"])]
    return JsonResponse({"authentication_methods": shown})


@endpoint(READ)
def read(_request: HttpRequest, state: State, user: User, method_id: str) -> JsonResponse:
    found = next((item for item in _methods(state, user) if item["id"] == method_id), None)
    if found is None:
        raise ProblemError(404, "The authentication method does not exist")
    return JsonResponse(found)


@endpoint(CREATE)
def create(request: HttpRequest, state: State, user: User) -> HttpResponse:
    """The answer says which policy the password must meet. The token alone is proof enough."""
    body = json_object(request, "type", "connection", "identity_user_id")
    required(body, "type")
    if body["type"] != PASSWORD:
        raise ProblemError(400, "This tenant only takes a new password here", "type")
    identity = _identity(body, state, user)
    session = f"Fe26.2**{opaque(64)}"
    state.enrolments = {key: item for key, item in state.enrolments.items() if item.expires_at > clock.now()}
    state.enrolments[session] = Enrolment(
        user.user_id, identity_id(identity), identity["connection"], clock.now() + LIFETIME_S
    )
    options = state.connections[identity["connection"]].options
    answer = {"id": NEW, "auth_session": session, "policy": policy.in_flexible_form(options)}
    response = JsonResponse(answer, status=202)
    response.headers["Location"] = f"{hosts.issuer(request, state)}me/v1/authentication-methods/{NEW}"
    return response


@endpoint(CREATE)
def verify(request: HttpRequest, state: State, user: User, method_id: str) -> JsonResponse:
    """A refused password can be followed by another one."""
    if method_id != NEW:
        raise ProblemError(404, "The authentication method does not exist")
    body = json_object(request, "auth_session", "new_password")
    required(body, "auth_session", "new_password")
    password = body["new_password"]
    if len(password) > LONGEST or CONTROL.search(password):
        raise ProblemError(400, "The password is too long, or has characters that are not allowed", "new_password")
    enrolment = state.enrolments.get(body["auth_session"])
    if enrolment is None or enrolment.user_id != user.user_id or enrolment.expires_at <= clock.now():
        raise ProblemError(400, "The auth_session is invalid or has expired", "auth_session")
    identity, connection = enrolment.identity, enrolment.connection
    refused = tickets.set_password(state, user, identity, connection, password, cause=MY_ACCOUNT)
    if refused:
        logs.write(state, "my_account_authentication_method_failed", refused.message, user=user, connection=connection)
        raise ProblemError(400, f"{refused.name}: {refused.message}", "new_password")
    del state.enrolments[body["auth_session"]]
    logs.write(state, "my_account_authentication_method_succeeded", user=user, connection=connection)
    return JsonResponse(_password(user, identity), status=201)


def _methods(state: State, user: User) -> list[Json]:
    passwords = [_password(user, name) for name, hashes in user.password_hashes.items() if hashes]
    return passwords + [_second_factor(user, name) for name in factors.enrolled(state, user)]


def _password(user: User, identity: str) -> Json:
    shown = {
        "id": f"{PASSWORD}|{_opaque(identity)}",
        "type": PASSWORD,
        "identity_user_id": identity,
        "usage": ["primary"],
        "created_at": user.profile["created_at"],
    }
    changed = user.profile.get("last_password_reset")
    return shown | ({"last_password_reset": changed} if changed else {})


def _second_factor(user: User, factor: str) -> Json:
    kind = SECOND_FACTORS[factor]
    shown: Json = {"id": f"{kind}|dev_{_opaque(user.user_id)}", "type": kind, "confirmed": True}
    address = {"email": user.email} if factor == factors.EMAIL else {}
    return shown | address | {"usage": ["secondary"], "created_at": user.profile["created_at"]}


def _opaque(name: str) -> str:
    return base64.urlsafe_b64encode(name.rpartition("|")[2].encode()).decode().rstrip("=")


def _identity(body: Json, state: State, user: User) -> Json:
    """The one named, else the main one; only a database identity has a password."""
    if body.keys() & {"identity_user_id", "connection"}:
        wanted = (body.get("identity_user_id"), body.get("connection"))
        found = next((item for item in user.identities if _is_meant(item, *wanted)), None)
    else:
        found = user.identities[0]
    if found is None or not state.connections[found["connection"]].is_database:
        raise ProblemError(400, "The user has no such identity with a password", "identity_user_id")
    return found


def _is_meant(identity: Json, user_id: str | None, connection: str | None) -> bool:
    return user_id in (None, identity["user_id"], identity_id(identity)) and connection in (
        None,
        identity["connection"],
    )

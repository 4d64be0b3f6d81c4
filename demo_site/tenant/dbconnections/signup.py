"""POST /dbconnections/signup: a new account, or a refusal that tells rule by rule what the password lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from demo_site.tenant import accounts, hosts, logs, passwords, policy, verification
from demo_site.tenant.attack_protection import suspicious_ips
from demo_site.tenant.bodies import parsed
from demo_site.tenant.dbconnections.errors import PlainError, missing
from demo_site.tenant.logs import origin
from demo_site.tenant.oidc.errors import OAuthError, invalid_request
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.policy import Refusal
    from demo_site.tenant.records import Connection, Json
    from demo_site.tenant.state import State

GIVEN = ("name", "given_name", "family_name", "nickname", "picture", "user_metadata")
# What the engine does not explain rule by rule.
SENTENCES = {
    "PasswordDictionaryError": "Password is not allowed, it might be too common.",
    "PasswordNoUserInfoError": "Password is not allowed, it contains user information.",
}


class SignupError(OAuthError):
    """Neither OAuth's shape nor the Management API's (auth0/go-auth0 and auth0/Auth0.Android have captures)."""

    def __init__(self, body: Json) -> None:
        super().__init__(body["code"], str(body["description"]))
        self.body = {**body, "statusCode": 400}

    def response(self) -> JsonResponse:
        return JsonResponse(self.body, status=400)


@require_POST
@with_state
def signup(request: HttpRequest, state: State) -> JsonResponse:
    """The id comes without its prefix; there is no session and no login counted."""
    body = _body(request)
    connection = _connection(body, state)
    for name in ("email", "password", *(("username",) if connection.options.get("requires_username") else ())):
        if not body.get(name):
            raise missing(name)
    ip = origin.current().ip
    suspicious_ips.check(state, ip, suspicious_ips.SIGNUP)
    suspicious_ips.count(state, ip, suspicious_ips.SIGNUP)
    _check(body, connection, state)
    fields = {name: body[name] for name in ("email", "username", *GIVEN) if name in body}
    user = accounts.create(state, connection, fields, passwords.hashed(body["password"]))
    logs.write(state, "ss", user=user, client=state.clients[body["client_id"]], connection=connection.name)
    identity = user.identities[0]
    verification.send(state, user, identity, hosts.links_at(request, state), client_id=body["client_id"])
    shown = {name: user.profile[name] for name in ("email", "username", "email_verified") if name in user.profile}
    return JsonResponse({"_id": identity["user_id"], **shown})


def _body(request: HttpRequest) -> Json:
    if request.content_type != "application/json":
        return dict(request.POST.dict())
    try:
        body: Any = parsed(request.body)
    except ValueError as error:
        raise invalid_request("The body is not valid JSON") from error
    if not isinstance(body, dict):
        raise invalid_request("The body must be a JSON object")
    return body


def _connection(body: Json, state: State) -> Connection:
    for name in ("client_id", "connection"):
        if not body.get(name):
            raise missing(name)
    if body["client_id"] not in state.clients:
        raise invalid_request(f"Unknown client: {body['client_id']}")
    connection = state.connections.get(body["connection"])
    if connection is None or not connection.is_database:
        raise PlainError("connection not found")
    if not connection.is_enabled_for(body["client_id"]):
        raise invalid_request("the connection was disabled")
    if connection.options.get("disable_signup"):
        raise PlainError("public signup is disabled")
    return connection


def _check(body: Json, connection: Connection, state: State) -> None:
    """Whether the address is known is not said."""
    refused = policy.refusal(connection.options, body["password"], body, [])
    if refused:
        logs.write(state, "fs", refused.message, connection=connection.name, user_name=body["email"])
        raise SignupError(_explained(refused, connection, body["password"]))
    if accounts.exists(state, connection, body):
        logs.write(state, "fs", "The user already exists.", connection=connection.name, user_name=body["email"])
        raise SignupError({"name": "BadRequestError", "code": "invalid_signup", "description": "Invalid sign up"})


def _explained(refused: Refusal, connection: Connection, password: str) -> Json:
    """``code`` is the same for all of them; ``description`` is the tree of rules, or a sentence."""
    body: Json = {"name": refused.name, "message": refused.message, "code": "invalid_password"}
    if refused != policy.WEAK:
        return body | {"description": SENTENCES.get(refused.name, refused.message)}
    tree = policy.explained(connection.options, password)
    return body | {"description": tree, "policy": policy.described(connection.options)}

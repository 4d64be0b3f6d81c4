"""Who calls the token endpoint: client_secret_post or client_secret_basic."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from demo_site.tenant.bodies import parsed
from demo_site.tenant.oidc.errors import OAuthError, access_denied, invalid_request

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.records import Client
    from demo_site.tenant.state import State


def parameters(request: HttpRequest) -> dict[str, str]:
    """Form fields, or the members of a JSON object; Auth0's SDKs send JSON with nulls."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        body = parsed(request.body)
    except ValueError as error:
        raise invalid_request("The body is not valid JSON") from error
    if not isinstance(body, dict):
        raise invalid_request("The body must be a JSON object")
    return {name: str(value) for name, value in body.items() if value is not None}


def authenticated(request: HttpRequest, params: dict[str, str], state: State) -> Client:
    """An unknown client and a wrong secret are answered alike; a public client has no secret to show."""
    client_id, secret = _basic(request) or (params.get("client_id", ""), params.get("client_secret", ""))
    client = state.clients.get(client_id)
    if client is not None and not client.is_confidential:
        return client
    if client is None or not hmac.compare_digest(secret.encode(), client.client_secret.encode()):
        raise access_denied("Unauthorized", 401)
    return client


def named_client(request: HttpRequest, params: dict[str, str]) -> str:
    """The client that a request says it comes from, whatever its secret."""
    try:
        return (_basic(request) or (params.get("client_id", ""), ""))[0]
    except OAuthError:
        return ""


def _basic(request: HttpRequest) -> tuple[str, str] | None:
    """RFC 6749 §2.3.1: both halves are form-encoded before they are joined."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError as error:
        raise access_denied("Unauthorized", 401) from error
    return unquote_plus(client_id), unquote_plus(secret)

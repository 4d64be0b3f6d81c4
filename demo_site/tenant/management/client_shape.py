"""A client as the Management API takes and shows it (recorded: go-auth0's TestClient_Create)."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from demo_site.tenant.management import client_logout
from demo_site.tenant.management.entitlements import require_enterprise
from demo_site.tenant.management.errors import invalid_body
from demo_site.tenant.management.payload import check_lengths
from demo_site.tenant.records import Client, Json
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.management.payload import Fields
    from demo_site.tenant.state import State

TEXT, LIST, PART, FLAG = (str, type(None)), (list, type(None)), (dict, type(None)), bool
FIELDS: Fields = {
    **dict.fromkeys(
        ("name", "client_secret", "app_type", "organization_usage", "organization_require_behavior"), str
    ),
    **dict.fromkeys(
        (
            "description", "logo_uri", "token_endpoint_auth_method", "cross_origin_loc", "custom_login_page",
            "custom_login_page_preview", "form_template", "initiate_login_uri", "compliance_level",
            "resource_server_identifier",
        ),
        TEXT,
    ),
    **dict.fromkeys(
        (
            "callbacks", "allowed_origins", "web_origins", "client_aliases", "allowed_clients", "allowed_logout_urls",
            "grant_types", "organization_discovery_methods", "async_approval_notification_channels",
        ),
        LIST,
    ),
    **dict.fromkeys(
        (
            "oidc_logout", "oidc_backchannel_logout", "session_transfer", "jwt_configuration", "encryption_key",
            "addons", "client_metadata", "mobile", "native_social_login", "refresh_token", "default_organization",
            "client_authentication_methods", "signed_request_object", "token_exchange", "token_quota",
        ),
        PART,
    ),
    **dict.fromkeys(
        (
            "is_token_endpoint_ip_header_trusted", "is_first_party", "oidc_conformant", "sso", "sso_disabled",
            "cross_origin_authentication", "custom_login_page_on", "require_pushed_authorization_requests",
            "require_proof_of_possession",
        ),
        FLAG,
    ),
    "skip_non_verifiable_callback_uri_confirmation_prompt": (bool, type(None)),
}  # fmt: skip
OWN = tuple(item.name for item in fields(Client) if item.name in FIELDS and item.name not in ("name", "client_secret"))
APP_TYPES = ("native", "spa", "regular_web", "non_interactive")
GRANT_TYPES = {
    None: ["authorization_code", "implicit", "refresh_token", "client_credentials"],
    "regular_web": ["authorization_code", "implicit", "refresh_token", "client_credentials"],
    "non_interactive": ["client_credentials"],
    "spa": ["authorization_code", "implicit", "refresh_token"],
    "native": ["authorization_code", "implicit", "refresh_token"],
}
DEFAULTS: Json = {
    "is_first_party": True,
    "is_token_endpoint_ip_header_trusted": False,
    "oidc_conformant": False,
    "jwt_configuration": {"secret_encoded": False, "lifetime_in_seconds": 36000},
    "sso_disabled": False,
    "cross_origin_authentication": False,
    "custom_login_page_on": True,
}
REFRESH_TOKEN: Json = {
    "rotation_type": "non-rotating",
    "expiration_type": "non-expiring",
    "leeway": 0,
    "token_lifetime": 2592000,
    "infinite_token_lifetime": True,
    "infinite_idle_token_lifetime": True,
    "idle_token_lifetime": 1296000,
}
LOOPBACK = ("localhost", "127.0.0.1")


def check(body: Json, state: State) -> None:
    check_lengths(body, {"description": 140}, never_empty=("name",))
    if body.get("app_type", "spa") not in APP_TYPES:
        msg = f"'No enum match for: {body['app_type']}' on property app_type"
        raise invalid_body(msg)
    urls = (body.get("oidc_logout") or body.get("oidc_backchannel_logout") or {}).get("backchannel_logout_urls")
    if urls:
        require_enterprise(state, "back-channel logout")
    client_logout.check(body.get("oidc_logout") or {})
    check_login_route(body.get("initiate_login_uri"), "initiate_login_uri")


def write(client: Client, body: Json) -> None:
    """What the rest of the tenant reads goes into the record's own fields; null brings back the default."""
    fresh = Client(client.client_id, client.client_secret, client.name)
    client.name = body.get("name", client.name)
    client.client_secret = body.get("client_secret", client.client_secret)
    for name in OWN:
        if name in body:
            setattr(client, name, getattr(fresh, name) if body[name] is None else body[name])
    others = {name: value for name, value in body.items() if name not in (*OWN, "name", "client_secret")}
    client.settings = {name: value for name, value in (client.settings | others).items() if value is not None}


def shown(client: Client, *, with_secret: bool) -> Json:
    """Keys are absent rather than null or empty."""
    fresh = Client("", "", "")
    own = {name: getattr(client, name) for name in OWN if getattr(client, name) != getattr(fresh, name)}
    body = {**DEFAULTS, **own, **client.settings, "grant_types": client.grant_types}
    jwt = client.settings.get("jwt_configuration")
    if jwt is not None:
        body["jwt_configuration"] = {"secret_encoded": False, **jwt}
    body["refresh_token"] = REFRESH_TOKEN | client.refresh_token
    secret = {"client_secret": client.client_secret} if with_secret and client.is_confidential else {}
    return {"name": client.name, "client_id": client.client_id, **secret, **body}


def check_login_route(uri: str | None, name: str) -> None:
    """https, and not this machine; the switch for the demonstration allows loopback."""
    parts = urlsplit(uri or "")
    if not uri or (parts.scheme == "https" and parts.hostname not in LOOPBACK):
        return
    if not (store.loopback_login_route and parts.hostname in LOOPBACK):
        msg = f"'Object didn't pass validation for format absolute-https-uri-or-empty: {uri}'"
        raise invalid_body(f"{msg} on property {name}")

"""GET and PATCH /tenants/settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant.management import client_shape
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.fields import selected
from demo_site.tenant.management.payload import json_object

if TYPE_CHECKING:
    from demo_site.tenant.management.payload import Fields
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

BY_NAME = "allow_organization_name_in_authentication_api"
TEXT, LIST, PART, NUMBER = (str, type(None)), list, (dict, type(None)), (int, float)
FIELDS: Fields = {
    **dict.fromkeys(
        (
            "default_audience", "default_directory", "default_redirection_uri", "friendly_name", "picture_url",
            "support_email", "support_url", "sandbox_version",
        ),
        TEXT,
    ),
    **dict.fromkeys(("allowed_logout_urls", "enabled_locales", "acr_values_supported"), LIST),
    **dict.fromkeys(
        (
            "flags", "change_password", "guardian_mfa_page", "device_flow", "error_page", "session_cookie", "sessions",
            "oidc_logout", "default_token_quota", "mtls",
        ),
        PART,
    ),
    **dict.fromkeys(
        (
            "session_lifetime", "idle_session_lifetime", "ephemeral_session_lifetime",
            "idle_ephemeral_session_lifetime",
        ),
        NUMBER,
    ),
    **dict.fromkeys(
        (
            "customize_mfa_in_postlogin_action", "pushed_authorization_requests_supported",
            "skip_non_verifiable_callback_uri_confirmation_prompt", BY_NAME,
        ),
        (bool, type(None)),
    ),
}  # fmt: skip
DEFAULTS: Json = {
    "allowed_logout_urls": [],
    "acr_values_supported": [],
    "default_audience": "",
    "default_directory": "",
    "enabled_locales": ["en"],
    "friendly_name": "Local tenant",
    "flags": {"enable_sso": True, "universal_login": True, "disable_clickjack_protection_headers": False},
    "session_lifetime": 168,
    "idle_session_lifetime": 72,
    "sandbox_version": "22",
}


@endpoint("GET", "read:tenant_settings")
def read(request: HttpRequest, state: State) -> JsonResponse:
    return JsonResponse(selected(_shown(state), request))


@endpoint("PATCH", "update:tenant_settings")
def update(request: HttpRequest, state: State) -> JsonResponse:
    """Flags are merged, everything else is replaced; null brings back the default."""
    body = json_object(request, FIELDS)
    client_shape.check_login_route(body.get("default_redirection_uri"), "default_redirection_uri")
    if body.get("flags"):
        body["flags"] = _shown(state)["flags"] | body["flags"]
    named = body.pop(BY_NAME, None)
    if named is not None:
        state.plan = replace(state.plan, **{BY_NAME: named})
    settings = state.tenant_settings | body
    state.tenant_settings = {name: value for name, value in settings.items() if value is not None}
    return JsonResponse(_shown(state))


def _shown(state: State) -> Json:
    by_name = state.plan.allow_organization_name_in_authentication_api
    return {**DEFAULTS, BY_NAME: by_name, **state.tenant_settings}

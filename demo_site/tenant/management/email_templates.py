"""E-mail templates, and the mail provider without which none can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.clock import clock
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.payload import json_object, required
from demo_site.tenant.records import Document

if TYPE_CHECKING:
    from demo_site.tenant.management.payload import Fields
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

NAMES = (
    "verify_email", "verify_email_by_code", "auth_email_by_code", "reset_email", "reset_email_by_code",
    "welcome_email", "blocked_account", "stolen_credentials", "enrollment_email", "mfa_oob_code", "user_invitation",
    "change_password", "password_reset", "async_approval",
)  # fmt: skip
TEXT, NUMBER = (str, type(None)), (int, float, type(None))
FIELDS: Fields = {
    "template": str,
    "body": TEXT,
    "from": TEXT,
    "resultUrl": TEXT,
    "subject": TEXT,
    "syntax": TEXT,
    "urlLifetimeInSeconds": NUMBER,
    "includeEmailInRedirect": bool,
    "enabled": (bool, type(None)),
}
REQUIRED = ("template", "body", "from", "subject", "syntax", "enabled")
PROVIDER_FIELDS: Fields = {
    "name": str,
    "enabled": bool,
    "default_from_address": str,
    "credentials": dict,
    "settings": (dict, type(None)),
}
# Of a provider's credentials only these come back (recorded).
SHOWN_CREDENTIALS = ("smtp_host", "smtp_port", "smtp_user", "region", "domain")
NO_RESULT_URL = "Customizations for resultUrl are not allowed for non-enterprise tenants"


@endpoint("GET", "read:email_templates")
def read(_request: HttpRequest, state: State, name: str) -> JsonResponse:
    return JsonResponse(_found(state, name).body)


@endpoint("POST", "create:email_templates")
def create(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, FIELDS)
    required(body, *REQUIRED)
    _check(body, body["template"], state)
    if body["template"] in state.email_templates:
        raise ApiError(409, f"Template {body['template']} already exists.")
    return _written(state, body["template"], body)


@endpoint("PUT", "update:email_templates")
def replace(request: HttpRequest, state: State, name: str) -> JsonResponse:
    body = json_object(request, FIELDS)
    required(body, *REQUIRED)
    _check(body, name, state)
    return _written(state, name, body)


@endpoint("PATCH", "update:email_templates")
def update(request: HttpRequest, state: State, name: str) -> JsonResponse:
    body = json_object(request, FIELDS)
    _check(body, name, state)
    return _written(state, name, _found(state, name).body | body)


@endpoint("GET", "read:email_provider")
def read_provider(_request: HttpRequest, state: State) -> JsonResponse:
    return JsonResponse(_provider(state))


@endpoint("POST", "create:email_provider")
def create_provider(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, PROVIDER_FIELDS)
    required(body, "name", "credentials")
    if state.email_provider is not None:
        raise ApiError(409, "The email provider is already configured", "email_provider_conflict")
    state.email_provider = _shown_provider({"enabled": True} | body)
    return JsonResponse(state.email_provider, status=201)


@endpoint("PATCH", "update:email_provider")
def update_provider(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, PROVIDER_FIELDS)
    state.email_provider = _shown_provider(_provider(state) | body)
    return JsonResponse(state.email_provider)


@endpoint("DELETE", "delete:email_provider")
def delete_provider(_request: HttpRequest, state: State) -> HttpResponse:
    """204 also where there is none (recorded)."""
    state.email_provider = None
    return no_content()


def _provider(state: State) -> Json:
    if state.email_provider is None:
        raise ApiError(404, "There is not a configured email provider", "inexistent_email_provider")
    return state.email_provider


def _shown_provider(body: Json) -> Json:
    known = {name: value for name, value in body.get("credentials", {}).items() if name in SHOWN_CREDENTIALS}
    return {name: body[name] for name in PROVIDER_FIELDS if name in body} | {"credentials": known}


def _found(state: State, name: str) -> Document:
    """Until it is changed there is no template. The words are unverified."""
    _provider(state)
    found = state.email_templates.get(name)
    if found is None:
        raise ApiError(404, "The template does not exist.")
    return found


def _check(body: Json, name: str, state: State) -> None:
    if name not in NAMES:
        msg = f"'No enum match for: {name}' on property template"
        raise invalid_body(msg)
    if body.get("resultUrl") and not state.plan.is_enterprise:
        raise ApiError(403, NO_RESULT_URL, "operation_not_supported")
    _provider(state)


def _written(state: State, name: str, body: Json) -> JsonResponse:
    """Creating and changing answer 200 with the whole template (recorded)."""
    now = clock.now()
    state.email_templates[name] = Document(name, {**body, "template": name}, now, now)
    return JsonResponse(state.email_templates[name].body)

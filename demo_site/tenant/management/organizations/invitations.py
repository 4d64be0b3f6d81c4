"""Invitations to an organization: a mail with a link to the application's login route."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant import mailbox
from demo_site.tenant.clock import clock, iso, seconds
from demo_site.tenant.management import paging
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, no_content
from demo_site.tenant.management.organizations.views import found
from demo_site.tenant.management.payload import check_email, checked, json_object, required
from demo_site.tenant.opaque import opaque

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Json, Organization
    from demo_site.tenant.state import State

FIELDS = {
    "inviter": dict,
    "invitee": dict,
    "client_id": str,
    "connection_id": str,
    "app_metadata": dict,
    "user_metadata": dict,
    "ttl_sec": int,
    "roles": list,
    "send_invitation_email": bool,
}
DEFAULT_LIFETIME_S = 604_800
LONGEST_LIFETIME_S = 2_592_000
NO_ROUTE = "A default login route is required to generate the invitation url."


@endpoint("GET", "read:organization_invitations")
def read_all(request: HttpRequest, state: State, organization_id: str) -> HttpResponse:
    return paging.by_number(request, "invitations", _alive(found(state, organization_id)))


@endpoint("GET", "read:organization_invitations")
def read(_request: HttpRequest, state: State, organization_id: str, invitation_id: str) -> JsonResponse:
    return JsonResponse(_found(found(state, organization_id), invitation_id))


@endpoint("POST", "create:organization_invitations")
def create(request: HttpRequest, state: State, organization_id: str) -> JsonResponse:
    """The link is good for a week unless ``ttl_sec`` says otherwise."""
    organization = found(state, organization_id)
    body = json_object(request, FIELDS)
    client = _client(body, state)
    details = _details(organization, client, _route(client, state), body)
    organization.invitations[details["ticket_id"]] = details["invitee"]["email"]
    organization.invitation_details[details["ticket_id"]] = details
    if body.get("send_invitation_email", True):
        mailbox.deliver(
            state,
            details["invitee"]["email"],
            "user_invitation",
            f"You have been invited to {organization.display_name}",
            link=details["invitation_url"],
            application=client.name,
            inviter=body["inviter"]["name"],
            organization=organization.display_name,
        )
    return JsonResponse(details, status=201)


@endpoint("DELETE", "delete:organization_invitations")
def delete(_request: HttpRequest, state: State, organization_id: str, invitation_id: str) -> HttpResponse:
    organization = found(state, organization_id)
    ticket_id = _found(organization, invitation_id)["ticket_id"]
    del organization.invitation_details[ticket_id]
    organization.invitations.pop(ticket_id, None)
    return no_content()


def _alive(organization: Organization) -> list[Json]:
    now = clock.now()
    return [item for item in organization.invitation_details.values() if seconds(item["expires_at"]) > now]


def _found(organization: Organization, invitation_id: str) -> Json:
    details = next((item for item in _alive(organization) if item["id"] == invitation_id), None)
    if details is None:
        raise ApiError(404, "The invitation does not exist.", "inexistent_invitation")
    return details


def _client(body: Json, state: State) -> Client:
    required(body, "inviter", "invitee", "client_id")
    required(checked(body["inviter"], {"name": str}, "inviter"), "name", path="inviter")
    required(checked(body["invitee"], {"email": str}, "invitee"), "email", path="invitee")
    check_email(body["invitee"]["email"], "invitee.email")
    client = state.clients.get(body["client_id"])
    if client is None:
        raise ApiError(400, "The client does not exist", "inexistent_client")
    if "connection_id" in body and state.connection_by_id(body["connection_id"]) is None:
        raise ApiError(400, "The connection does not exist", "inexistent_connection")
    return client


def _route(client: Client, state: State) -> str:
    route: str | None = client.initiate_login_uri or state.tenant_settings.get("default_redirection_uri")
    if not route:
        raise ApiError(400, NO_ROUTE, "invalid_body")
    return route


def _details(organization: Organization, client: Client, route: str, body: Json) -> Json:
    now, ticket_id = clock.now(), opaque()
    lifetime = min(body.get("ttl_sec") or DEFAULT_LIFETIME_S, LONGEST_LIFETIME_S)
    query = {"invitation": ticket_id, "organization": organization.id, "organization_name": organization.name}
    others: Json = {
        name: body[name] for name in ("connection_id", "app_metadata", "user_metadata", "roles") if name in body
    }
    return {
        "id": f"uinv_{opaque(16)}",
        "client_id": client.client_id,
        **others,
        "inviter": body["inviter"],
        "invitee": {"email": body["invitee"]["email"].lower()},
        "invitation_url": f"{route}{'&' if '?' in route else '?'}{urlencode(query)}",
        "ticket_id": ticket_id,
        "created_at": iso(now),
        "expires_at": iso(now + lifetime),
        "organization_id": organization.id,
    }

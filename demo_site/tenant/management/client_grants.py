"""Client grants: which scopes of an API an application may have, for itself or on behalf of users.

The tenant keeps them with the client; their ids follow from what they are for.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant import hosts
from demo_site.tenant.management import paging
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.payload import json_object, required
from demo_site.tenant.oidc import audiences
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo_site.tenant.management.payload import Fields
    from demo_site.tenant.records import Client, Json
    from demo_site.tenant.state import State

CHANGEABLE: Fields = {
    "scope": list,
    "organization_usage": (str, type(None)),
    "allow_any_organization": (bool, type(None)),
    "authorization_details_types": list,
    "allow_all_scopes": bool,
}
FIELDS: Fields = {**CHANGEABLE, "client_id": str, "audience": str, "subject_type": str}
FOR_ITSELF, FOR_USERS = "client", "user"


@dataclass(frozen=True)
class Grant:
    """``audience`` as the client has it filed."""

    client: Client
    audience: str
    subject_type: str

    @property
    def id(self) -> str:
        named = f"{self.client.client_id} {self.audience} {self.subject_type}"
        return f"cgr_{hashlib.sha256(named.encode()).hexdigest()[:16]}"

    @property
    def table(self) -> dict[str, list[str]]:
        return self.client.user_grants if self.subject_type == FOR_USERS else self.client.api_grants

    def exists(self) -> bool:
        return bool(self.client.scopes) if self._is_management else self.audience in self.table

    def scopes(self) -> list[str]:
        return self.client.scopes if self._is_management else self.table[self.audience]

    def write(self, scopes: list[str] | None) -> None:
        """None takes it away."""
        if self._is_management:
            self.client.scopes = scopes or []
        elif scopes is None:
            del self.table[self.audience]
        else:
            self.table[self.audience] = scopes

    def shown(self, issuer: str) -> Json:
        audience = audiences.my_account(issuer) if self.audience == audiences.MY_ACCOUNT else self.audience
        body = {"id": self.id, "client_id": self.client.client_id, "audience": audience, "scope": self.scopes()}
        return body | {"subject_type": self.subject_type}

    @property
    def _is_management(self) -> bool:
        return self.audience == store.management_audience and self.subject_type == FOR_ITSELF


@endpoint("GET", "read:client_grants")
def read_all(request: HttpRequest, state: State) -> HttpResponse:
    issuer = hosts.issuer(request, state)
    shown = [grant.shown(issuer) for grant in _all(state)]
    wanted = {name: request.GET[name] for name in ("client_id", "audience", "subject_type") if name in request.GET}
    items = [item for item in shown if all(item[name] == value for name, value in wanted.items())]
    return paging.by_either(request, "client_grants", items)


@endpoint("GET", "read:client_grants")
def read(request: HttpRequest, state: State, grant_id: str) -> JsonResponse:
    return JsonResponse(_found(state, grant_id).shown(hosts.issuer(request, state)))


@endpoint("POST", "create:client_grants")
def create(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, FIELDS)
    required(body, "client_id", "audience")
    issuer = hosts.issuer(request, state)
    grant = _grant(body, state, issuer)
    if grant.exists():
        words = "A resource with the same properties already exists: client grant"
        raise ApiError(409, words, "client_grant_conflict")
    grant.write(body.get("scope", []))
    return JsonResponse(grant.shown(issuer), status=201)


@endpoint("PATCH", "update:client_grants")
def update(request: HttpRequest, state: State, grant_id: str) -> JsonResponse:
    body = json_object(request, CHANGEABLE)
    grant = _found(state, grant_id)
    if "scope" in body:
        grant.write(body["scope"])
    return JsonResponse(grant.shown(hosts.issuer(request, state)))


@endpoint("DELETE", "delete:client_grants")
def delete(_request: HttpRequest, state: State, grant_id: str) -> HttpResponse:
    """204 also a second time (recorded)."""
    for grant in [item for item in _all(state) if item.id == grant_id]:
        grant.write(None)
    return no_content()


def _all(state: State) -> Iterator[Grant]:
    for client in state.clients.values():
        if client.scopes:
            yield Grant(client, store.management_audience, FOR_ITSELF)
        for kind, table in ((FOR_ITSELF, client.api_grants), (FOR_USERS, client.user_grants)):
            yield from (Grant(client, audience, kind) for audience in table)


def _found(state: State, grant_id: str) -> Grant:
    grant = next((item for item in _all(state) if item.id == grant_id), None)
    if grant is None:
        raise ApiError(404, "The grant does not exist.", "inexistent_client_grant")
    return grant


def _grant(body: Json, state: State, issuer: str) -> Grant:
    client = state.clients.get(body["client_id"])
    if client is None:
        raise ApiError(404, "The client does not exist", "inexistent_client")
    kind = body.get("subject_type", FOR_ITSELF)
    if kind not in (FOR_ITSELF, FOR_USERS):
        msg = f"'No enum match for: {kind}' on property subject_type"
        raise invalid_body(msg)
    audience = audiences.MY_ACCOUNT if body["audience"] == audiences.my_account(issuer) else body["audience"]
    if audience not in (store.management_audience, audiences.MY_ACCOUNT, *state.resource_servers):
        raise ApiError(404, "The resource server does not exist", "inexistent_resource_server")
    return Grant(client, audience, kind)

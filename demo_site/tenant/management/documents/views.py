"""The five verbs, the same for every kind of document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from demo_site.tenant.clock import clock
from demo_site.tenant.management import paging
from demo_site.tenant.management.access import by_method, endpoint
from demo_site.tenant.management.errors import ApiError, no_content
from demo_site.tenant.management.payload import json_object, required
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Document

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.urls import URLPattern

    from demo_site.tenant.management.documents.kinds import Kind
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

    View = Callable[..., HttpResponse]

SUMMARY = ("id", "name", "app_id", "account_name", "ready", "created_at", "updated_at", "fingerprint")
SECRET = "setup"  # noqa: S105 - the name of a field
ID_LENGTH = 22
# Recorded: vault connections show it when they are written, not when they are read.
REFRESHED = {"vault_connections": {"refreshed_at": None}}


def addresses(root: str, kind: Kind) -> list[URLPattern]:
    one = by_method(GET=_reading(kind), PATCH=_updating(kind), DELETE=_deleting(kind))
    return [path(root, by_method(GET=_listing(kind), POST=_creating(kind))), path(f"{root}/<str:document_id>", one)]


def _listing(kind: Kind) -> View:
    @endpoint("GET", kind.scopes("read"))
    def read_all(request: HttpRequest, state: State) -> HttpResponse:
        """Summaries; whoever wants a whole one asks for it by its id."""
        shown = [kind.shown(document) for document in kind.of(state).values()]
        summaries = [{name: item[name] for name in SUMMARY if name in item} for item in shown]
        return paging.by_number(request, kind.name, summaries)

    return read_all


def _creating(kind: Kind) -> View:
    @endpoint("POST", kind.scopes("create"))
    def create(request: HttpRequest, state: State) -> HttpResponse:
        body = json_object(request, kind.fields)
        required(body, *kind.required)
        kind.check(body)
        now = clock.now()
        secret = body.pop(SECRET, {})
        document = Document(f"{kind.prefix}_{opaque(ID_LENGTH)}", _without_null(body), now, now, secret)
        kind.of(state)[document.id] = document
        return JsonResponse(kind.shown(document) | REFRESHED.get(kind.table, {}), status=201)

    return create


def _reading(kind: Kind) -> View:
    @endpoint("GET", kind.scopes("read"))
    def read(_request: HttpRequest, state: State, document_id: str) -> HttpResponse:
        return JsonResponse(kind.shown(_found(kind, state, document_id)))

    return read


def _updating(kind: Kind) -> View:
    @endpoint("PATCH", kind.scopes("update"))
    def update(request: HttpRequest, state: State, document_id: str) -> HttpResponse:
        """Parts are replaced whole; null takes one away."""
        changeable = kind.changeable or tuple(kind.fields)
        body = json_object(request, {name: kind.fields[name] for name in changeable})
        kind.check(body)
        document = _found(kind, state, document_id)
        document.secret = body.pop(SECRET, document.secret)
        document.body = _without_null(document.body | body)
        document.updated_at = clock.now()
        return JsonResponse(kind.shown(document) | REFRESHED.get(kind.table, {}))

    return update


def _deleting(kind: Kind) -> View:
    @endpoint("DELETE", kind.scopes("delete"))
    def delete(_request: HttpRequest, state: State, document_id: str) -> HttpResponse:
        """A second time 404 (recorded), unlike users and clients."""
        del kind.of(state)[_found(kind, state, document_id).id]
        return no_content()

    return delete


def _found(kind: Kind, state: State, document_id: str) -> Document:
    """Recorded without an errorCode."""
    document = kind.of(state).get(document_id)
    if document is None:
        raise ApiError(404, kind.unknown)
    return document


def _without_null(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}

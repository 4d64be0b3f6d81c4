"""What a person may look at behind the stand-in: overview, inbox, users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State


@require_GET
@with_state
def home(request: HttpRequest, state: State) -> HttpResponse:
    counts = {"mails": len(state.mails), "users": len(state.users), "clients": state.clients.values()}
    return page(request, "home.html", counts)


@require_GET
@with_state
def inbox(request: HttpRequest, state: State) -> HttpResponse:
    return page(request, "inbox.html", {"mails": [*reversed(state.mails.values())]})


@require_GET
@with_state
def mail(request: HttpRequest, state: State, mail_id: str) -> HttpResponse:
    found = state.mails.get(mail_id)
    if found is None:
        raise PageError(404, "not_found", "There is no such mail.")
    return page(request, "mail.html", {"mail": found})


@require_GET
@with_state
def users(request: HttpRequest, state: State) -> HttpResponse:
    return page(request, "users.html", {"users": [_shown(user) for user in state.users.values()]})


def _shown(user: User) -> Json:
    connections = ", ".join(identity["connection"] for identity in user.identities)
    return {
        **user.profile,
        "connections": connections,
        "story": user.story,
        "has_password": user.password_hashes,
    }


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The Management API answers what it does not know in its own envelope, without an errorCode."""
    if request.path.startswith(("/api/v2/", "/_control/")):
        return JsonResponse({"statusCode": 404, "error": "Not Found", "message": "Not Found"}, status=404)
    return PageError(404, "not_found", "There is no such page.").response(request)


def server_error(request: HttpRequest) -> HttpResponse:
    return PageError(500, "server_error", "Something went wrong in the local tenant itself.").response(request)

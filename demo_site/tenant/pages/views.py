"""What a person may look at behind the stand-in: overview, inbox, users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.paging import one_page
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State


@require_GET
@with_state
def home(request: HttpRequest, state: State) -> HttpResponse:
    counts = {"mails": len(state.mails), "users": len(state.users), "logs": len(state.logs)}
    counts["actions"] = len(state.actions)
    return page(request, "home.html", {**counts, "clients": state.clients.values()})


@require_GET
@with_state
def inbox(request: HttpRequest, state: State) -> HttpResponse:
    mails, beside = one_page(request, [*reversed(state.mails.values())])
    return page(request, "inbox.html", {"mails": mails, **beside})


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
    found, beside = one_page(request, [*state.users.values()])
    return page(request, "users.html", {"users": [_shown(user, state) for user in found], **beside})


def _shown(user: User, state: State) -> Json:
    connections = ", ".join(_named(identity) for identity in user.identities)
    member_of = [item.display_name for item in state.organizations.values() if user.user_id in item.members]
    return {
        **user.profile,
        "connections": connections,
        "second_step": user.otp_secret is not None,
        "organizations": ", ".join(member_of),
        "story": user.story,
        "has_password": user.password_hashes,
    }


def _named(identity: Json) -> str:
    """A linked identity with the address it has of its own."""
    address = identity.get("profileData", {}).get("email")
    return f"{identity['connection']} ({address})" if address else str(identity["connection"])


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The Management API answers what it does not know in its own envelope, without an errorCode."""
    if request.path.startswith(("/api/v2/", "/_control/")):
        return JsonResponse({"statusCode": 404, "error": "Not Found", "message": "Not Found"}, status=404)
    return PageError(404, "not_found", "There is no such page.").response(request)


def server_error(request: HttpRequest) -> HttpResponse:
    return PageError(500, "server_error", "Something went wrong in the local tenant itself.").response(request)

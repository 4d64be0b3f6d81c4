"""The trigger password-reset-post-challenge (v1): between the link from a mail or ticket and the new password.

It runs only for links with a client_id (Auth0: password reset triggers).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from demo_site.tenant.actions import catalog, events, pipeline
from demo_site.tenant.actions.triggers import POST_CHALLENGE
from demo_site.tenant.clock import clock, iso

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.actions.ends import End
    from demo_site.tenant.records import Json, Run, Ticket
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


def is_due(state: State, ticket: Ticket, browser: str) -> bool:
    """Passed by the browser that went through the Actions, not by the link."""
    known = ticket.client_id in state.clients
    return known and ticket.passed_by != browser and bool(catalog.bound(state, POST_CHALLENGE))


def begin(state: State, ticket: Ticket, browser: str) -> Run | None:
    run = pipeline.begin(
        state,
        POST_CHALLENGE,
        user_id=ticket.user_id,
        identity=ticket.identity,
        subject=ticket.id,
        browser=browser,
    )
    if run is not None:
        run.methods = [{"name": "email", "timestamp": iso(clock.now())}]
    return run


def play(request: HttpRequest, state: State, ticket: Ticket, run: Run) -> Steps[End]:
    return (yield from pipeline.play(state, run, partial(_event, request, state, ticket, run)))


def _event(request: HttpRequest, state: State, ticket: Ticket, run: Run) -> Json:
    """``request.query`` shows what stood in the link: its user may have added to it."""
    user = state.users[run.user_id]
    body = request.POST.dict() if request.path == "/continue" else {}
    return {
        "user": events.user_of(state, user),
        "stats": {"logins_count": user.profile.get("logins_count", 0)},
        "client": events.client_of(state.clients[ticket.client_id or ""]),
        "connection": events.connection_of(state.connections[ticket.connection]),
        "tenant": {"id": events.TENANT},
        "authorization": {"roles": []},
        "authentication": {"methods": list(run.methods)},
        "request": events.request_of(request, body=body),
        "transaction": {"locale": "en", "ui_locales": ["en"]},
        **events.present(
            organization=events.organization_of(state.organizations.get(ticket.organization or "")),
            custom_domain=events.custom_domain_of(request, state),
        ),
    }

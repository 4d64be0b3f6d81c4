"""Logout tokens: a session ends, and the applications that signed in with it hear of it."""

from __future__ import annotations

import uuid
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from demo_site.tenant import logs
from demo_site.tenant.clock import clock
from demo_site.tenant.pushes import http
from demo_site.tenant.pushes.couriers import Parcel, register
from demo_site.tenant.pushes.queue import enqueue
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.pushes.couriers import Outcome
    from demo_site.tenant.records import Client, Json, Push, Session
    from demo_site.tenant.state import State

PUSH = "backchannel-logout"
RP_LOGOUT = "rp-logout"
IDP_LOGOUT = "idp-logout"
PASSWORD_CHANGED = "password-changed"  # noqa: S105 - an initiator
SESSION_EXPIRED = "session-expired"
SESSION_REVOKED = "session-revoked"
ACCOUNT_DELETED = "account-deleted"
EMAIL_CHANGED = "email-identifier-changed"
INITIATORS = (
    RP_LOGOUT,
    IDP_LOGOUT,
    PASSWORD_CHANGED,
    SESSION_EXPIRED,
    SESSION_REVOKED,
    ACCOUNT_DELETED,
    EMAIL_CHANGED,
)
EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_LIFETIME_S = 120
BETWEEN_TRIES_S = 5.0


def announce(state: State, session: Session, initiator: str) -> None:
    """Queue a token for every application of the session that wants to hear of this kind of ending."""
    if not state.plan.is_enterprise:
        return
    for client in (state.clients[client_id] for client_id in session.clients if client_id in state.clients):
        if initiator in initiators_of(client):
            for url in client.oidc_logout.get("backchannel_logout_urls", []):
                enqueue(state, PUSH, _payload(session, client, url, initiator))


def initiators_of(client: Client) -> tuple[str, ...]:
    """Without any choice only the application's own logout."""
    chosen: Json = client.oidc_logout.get("backchannel_logout_initiators") or {}
    if chosen.get("mode") == "all":
        return INITIATORS
    return tuple(chosen.get("selected_initiators", (RP_LOGOUT,)))


def _payload(session: Session, client: Client, url: str, initiator: str) -> Json:
    issuer = session.issuer or f"{store.base_url}/"
    who = {"iss": issuer, "sub": session.user_id, "aud": client.client_id, "sid": session.id}
    return {"url": url, "initiator": initiator, "claims": who}


class LogoutCourier:
    def parcels(self, state: State, pushes: list[Push]) -> list[Parcel]:
        return [_parcel(state, push) for push in pushes]

    def settle(self, state: State, parcel: Parcel, outcome: Outcome) -> float | None:
        """400 is never tried again; what happens after other failures is not documented."""
        (push,) = parcel.pushes
        _log(state, push, outcome)
        over = outcome.arrived or outcome.status == HTTPStatus.BAD_REQUEST
        return None if over or push.tries >= state.plan.logout_token_tries else BETWEEN_TRIES_S


def _parcel(state: State, push: Push) -> Parcel:
    """A form of one field; the token lives for two minutes from now."""
    body = urlencode({"logout_token": store.signing_keys[0].sign(_claims(push))}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    send = partial(http.post, push.payload["url"], body, headers, state.push_settings.timeout_s)
    return Parcel([push], push.payload["url"], send)


def _claims(push: Push) -> Json:
    """The header's ``typ`` is JWT, not logout+jwt; trace_id is Auth0's own. There is no nonce."""
    now = int(clock.now())
    return {
        **push.payload["claims"],
        "iat": now,
        "exp": now + TOKEN_LIFETIME_S,
        "jti": str(uuid.uuid4()),
        "events": {EVENT: {}},
        "trace_id": uuid.uuid4().hex[:16],
    }


def _log(state: State, push: Push, outcome: Outcome) -> None:
    claims = push.payload["claims"]
    details: Json = {
        "initiator": push.payload["initiator"],
        "request": {"backchannel_logout_uri": push.payload["url"], "method": "POST"},
        "response": {"statusCode": outcome.status or 0},
    }
    if not outcome.arrived:
        details["errors"] = [outcome.error or f"The application answered {outcome.status}."]
    result = "succeeded" if outcome.arrived else "failed"
    user, client = state.users.get(claims["sub"]), state.clients.get(claims["aud"])
    logs.write(state, f"oidc_backchannel_logout_{result}", user=user, client=client, details=details)


register(PUSH, LogoutCourier())

"""Back to the application: with a code, or with an error."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponseRedirect

from demo_site.tenant import organizations
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Code, Session, Transaction, User
from demo_site.tenant.universal_login import mfa

if TYPE_CHECKING:
    from demo_site.tenant.state import State

CODE_LIFETIME_S = 60


def succeeded(state: State, transaction: Transaction, session: Session) -> HttpResponseRedirect:
    """The end of every sign-in, silent or not. Somebody blocked gets no code, nor who is not in the organization."""
    transaction.done = True
    try:
        _check(state, transaction, state.users[session.user_id])
    except OAuthError as refused:
        return failed(transaction, refused)
    session.last_seen = clock.now()
    code = opaque()
    state.codes[code] = Code(
        client_id=transaction.client_id,
        redirect_uri=transaction.redirect_uri,
        user_id=session.user_id,
        session_id=session.id,
        scope=transaction.scope,
        expires_at=clock.now() + CODE_LIFETIME_S,
        nonce=transaction.nonce,
        code_challenge=transaction.code_challenge,
        auth_time=int(session.auth_time) if transaction.wants_auth_time else None,
        claims=mfa.claims(transaction) | organizations.claims(state, transaction),
    )
    return _redirect(transaction, {"code": code})


def _check(state: State, transaction: Transaction, user: User) -> None:
    if user.blocked:
        raise OAuthError("unauthorized", "user is blocked")
    organizations.check_membership(state, transaction, user)


def failed(transaction: Transaction, error: OAuthError) -> HttpResponseRedirect:
    transaction.done = True
    return _redirect(transaction, {"error": error.error, "error_description": error.description})


def _redirect(transaction: Transaction, values: dict[str, str]) -> HttpResponseRedirect:
    if transaction.state is not None:
        values["state"] = transaction.state
    separator = "&" if "?" in transaction.redirect_uri else "?"
    return HttpResponseRedirect(f"{transaction.redirect_uri}{separator}{urlencode(values)}")

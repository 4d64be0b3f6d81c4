"""Back to the application: with a code, or with an error."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponseRedirect

from demo_site.tenant import organizations
from demo_site.tenant.clock import clock
from demo_site.tenant.logs import sign_ins
from demo_site.tenant.oidc import audiences
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Code, Session, Transaction
from demo_site.tenant.store import store
from demo_site.tenant.universal_login import mfa

if TYPE_CHECKING:
    from demo_site.tenant.actions.post_login import Outcome
    from demo_site.tenant.state import State

CODE_LIFETIME_S = 60


def succeeded(
    state: State, transaction: Transaction, session: Session, outcome: Outcome | None = None
) -> HttpResponseRedirect:
    """The end of every sign-in, silent or not. Somebody blocked gets no code, nor who is not in the organization."""
    refused = refusal(state, transaction, session)
    if refused:
        return failed(transaction, refused)
    transaction.done = True
    session.last_seen = clock.now()
    if transaction.client_id not in session.clients:
        session.clients.append(transaction.client_id)
    sign_ins.succeeded(state, transaction, session)
    code = opaque()
    state.codes[code] = _code(state, transaction, session, outcome)
    return _redirect(transaction, {"code": code})


def refusal(state: State, transaction: Transaction, session: Session) -> OAuthError | None:
    user = state.users[session.user_id]
    if user.blocked:
        return OAuthError("unauthorized", "user is blocked")
    try:
        organizations.check_membership(state, transaction, user)
    except OAuthError as refused:
        return refused
    return None


def _code(state: State, transaction: Transaction, session: Session, outcome: Outcome | None) -> Code:
    claims = mfa.claims(transaction) | organizations.claims(state, transaction)
    return Code(
        client_id=transaction.client_id,
        redirect_uri=transaction.redirect_uri,
        user_id=session.user_id,
        session_id=session.id,
        scope=audiences.granted_scope(state, transaction, outcome.scope if outcome else transaction.scope),
        audience=transaction.audience,
        connection=session.connection,
        organization=transaction.organization,
        mfa_at=session.mfa_at,
        expires_at=clock.now() + CODE_LIFETIME_S,
        nonce=transaction.nonce,
        code_challenge=transaction.code_challenge,
        auth_time=int(session.auth_time) if transaction.wants_auth_time else None,
        claims=(outcome.id_token_claims if outcome else {}) | claims,
        access_claims=outcome.access_token_claims if outcome else {},
    )


def failed(transaction: Transaction, error: OAuthError) -> HttpResponseRedirect:
    transaction.done = True
    sign_ins.failed(store.state, transaction, error)
    return _redirect(transaction, {"error": error.error, "error_description": error.description})


def _redirect(transaction: Transaction, values: dict[str, str]) -> HttpResponseRedirect:
    if transaction.state is not None:
        values["state"] = transaction.state
    separator = "&" if "?" in transaction.redirect_uri else "?"
    return HttpResponseRedirect(f"{transaction.redirect_uri}{separator}{urlencode(values)}")

"""Where a run through Universal Login goes next: a page that asks for more, or back to the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect

from demo_site.tenant import organizations
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc import callback
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.records import identity_id
from demo_site.tenant.universal_login import cookies, mfa, sessions, transactions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Json, Session, Transaction, User
    from demo_site.tenant.state import State


def begin(request: HttpRequest, state: State, transaction: Transaction) -> HttpResponse:
    """Answer from the tenant's own session if that is enough, else ask; ``prompt=none`` forbids asking."""
    session = sessions.current(request, state)
    if session is None or not _is_enough(state, session, transaction):
        wanted, error = _first_page(state, transaction), OAuthError("login_required", "Login required")
    elif mfa.is_asked_for(state, transaction, state.users[session.user_id], done=session.mfa):
        transaction.user_id = session.user_id
        wanted, error = mfa.PAGE, OAuthError("interaction_required", "Multifactor authentication required")
    else:
        return callback.succeeded(state, transaction, session)
    if "none" in transaction.prompt:
        raise error
    transactions.begin(state, transaction)
    response = _to(wanted, transaction)
    transactions.remember_browser(response, transaction.browser)
    return response


def authenticated(
    request: HttpRequest, state: State, transaction: Transaction, user: User, identity: Json
) -> HttpResponse:
    """By password or by another provider; a second factor may come on top."""
    if user.blocked:
        return callback.failed(transaction, OAuthError("unauthorized", "user is blocked"))
    transaction.user_id, transaction.identity = user.user_id, identity_id(identity)
    if mfa.is_asked_for(state, transaction, user, done=False):
        return _to(mfa.PAGE, transaction)
    return signed_in(request, state, transaction, user, identity)


def signed_in(
    request: HttpRequest, state: State, transaction: Transaction, user: User, identity: Json
) -> HttpResponse:
    """A session begins, and the browser goes back with a code, or with the error that an organization means."""
    cookie, session = sessions.begin(request, state, user, identity)
    session.mfa = transaction.mfa
    organizations.join(state, transaction, user)
    response = callback.succeeded(state, transaction, session)
    cookies.write(response, sessions.COOKIE, cookie, sessions.LIFETIME_S)
    return response


def _is_enough(state: State, session: Session, transaction: Transaction) -> bool:
    """max_age compares with the age of the authentication (OpenID Connect Core §3.1.2.1)."""
    if {"login", "select_account"} & set(transaction.prompt) or transaction.invitation:
        return False
    if organizations.must_be_chosen(transaction, state.clients[transaction.client_id]):
        return False
    if transaction.connection not in (None, session.connection):
        return False
    organization = organizations.of(state, transaction)
    if organization and session.connection not in organization.connections:
        return False
    return transaction.max_age is None or clock.now() - session.auth_time < transaction.max_age


def _first_page(state: State, transaction: Transaction) -> str:
    """``connection`` skips the choice: a social one goes straight to the identity provider."""
    if organizations.must_be_chosen(transaction, state.clients[transaction.client_id]):
        return "/u/organization-selection"
    connection = state.connections.get(transaction.connection or "")
    return "/u/login" if connection is None or connection.is_database else "/u/login/social"


def _to(page: str, transaction: Transaction) -> HttpResponse:
    return HttpResponseRedirect(f"{page}?state={transaction.id}")

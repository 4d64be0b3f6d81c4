"""Where a run through Universal Login goes next: a page that asks for more, or back to the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect

from demo_site.tenant import logins, organizations
from demo_site.tenant.actions import post_login
from demo_site.tenant.clock import clock
from demo_site.tenant.factors import OTP
from demo_site.tenant.logs import origin
from demo_site.tenant.my_account import default_policy
from demo_site.tenant.oidc import callback, verifiable
from demo_site.tenant.oidc.errors import OAuthError, access_denied
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.records import identity_id
from demo_site.tenant.universal_login import challenges, cookies, mfa, sessions, transactions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Json, Run, Session, Transaction, User
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


def begin(request: HttpRequest, state: State, transaction: Transaction) -> Steps[HttpResponse]:
    """Answer from the tenant's own session if that is enough, else ask; ``prompt=none`` forbids asking."""
    session = sessions.current(request, state)
    if session is None or not _is_enough(state, session, transaction):
        wanted, error = _first_page(state, transaction), OAuthError("login_required", "Login required")
    elif mfa.is_asked_for(state, transaction, state.users[session.user_id], done=session.mfa, mfa_at=session.mfa_at):
        transaction.user_id = session.user_id
        wanted, error = mfa.PAGE, OAuthError("interaction_required", "Multifactor authentication required")
    else:
        transaction.user_id = session.user_id
        _check_policy(state, transaction, session)
        if not verifiable.must_be_confirmed(state, transaction):
            return (yield from completed(request, state, transaction, sessions.key_of(request)))
        wanted, error = "/u/consent", OAuthError("interaction_required", "The callback needs the user's confirmation")
    if "none" in transaction.prompt:
        raise error
    return _asked(state, transaction, _to(wanted, transaction))


def authenticated(
    request: HttpRequest, state: State, transaction: Transaction, user: User, identity: Json
) -> Steps[HttpResponse]:
    """By password or by another provider: a login that counts, whatever follows. A second factor may come on top."""
    transaction.user_id, transaction.identity = user.user_id, identity_id(identity)
    logins.count(user, origin.current().ip)
    if user.blocked:
        return callback.failed(transaction, OAuthError("unauthorized", "user is blocked"))
    if mfa.is_asked_for(state, transaction, user, done=False):
        return _to(mfa.PAGE, transaction)
    return (yield from signed_in(request, state, transaction, user, identity))


def signed_in(
    request: HttpRequest, state: State, transaction: Transaction, user: User, identity: Json
) -> Steps[HttpResponse]:
    """A session begins, whatever the Actions then make of the sign-in."""
    cookie, session = sessions.begin(request, state, user, identity)
    if transaction.mfa:
        challenges.note(session, OTP)
    organizations.join(state, transaction, user)
    response = yield from completed(request, state, transaction, cookie)
    cookies.write(response, sessions.COOKIE, cookie, sessions.LIFETIME_S)
    return response


def completed(request: HttpRequest, state: State, transaction: Transaction, key: str) -> Steps[HttpResponse]:
    """With a session that is enough: the Actions, then back to the application."""
    session = state.sessions[key]
    refused = callback.refusal(state, transaction, session)
    run = None
    if refused is None:
        user = state.users[session.user_id]
        run = post_login.begin(state, user, session.connection, transaction)
    if run is None:
        return callback.succeeded(state, transaction, session)
    run.session = key
    transaction.executions.append(run.id)
    return (yield from go_on(request, state, transaction, run, transaction.query))


def go_on(
    request: HttpRequest, state: State, transaction: Transaction, run: Run, query: Json | None = None
) -> Steps[HttpResponse]:
    """Through the Actions that are left, to wherever they lead."""
    begun = state.sessions.get(run.session)
    end = yield from post_login.play(request, state, transaction, run, query)
    if run.primary_user and begun is not None:  # linking has removed the user who began it, and its sessions
        state.sessions.setdefault(run.session, begun).user_id = run.primary_user
    if end.is_refused:
        return callback.failed(transaction, access_denied(end.words))
    if end.waits and "none" in transaction.prompt:
        del state.runs[run.id]
        raise OAuthError("interaction_required", "The Actions of the tenant need the user, which prompt=none forbids")
    if end.waits:
        page = challenges.next_page(end, run, challenges.at_sign_in(state, transaction))
        return _asked(state, transaction, HttpResponseRedirect(page))
    session = state.sessions.get(run.session)
    if session is None:
        raise PageError(400, "invalid_request", "You are not signed in any more.")
    return callback.succeeded(state, transaction, session, post_login.outcome_of(run, transaction.scope))


def _asked(state: State, transaction: Transaction, response: HttpResponse) -> HttpResponse:
    """The browser goes somewhere else first, and is known when it comes back."""
    transactions.begin(state, transaction)
    transactions.remember_browser(response, transaction.browser)
    return response


def _check_policy(state: State, transaction: Transaction, session: Session) -> None:
    """The My Account API's, where the session answers by itself."""
    user, proofs = state.users[session.user_id], (session.mfa_at, session.auth_time)
    default_policy.check_unasked(state, user, transaction.audience, transaction.issuer, proofs)


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

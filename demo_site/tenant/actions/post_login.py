"""The trigger post-login (v3): after every sign-in, silent ones too, and at grants of the token endpoint.

The token endpoint calls ``for_grant`` once the user is known to be right and the login is counted; its view is
decorated with ``views.in_steps``::

    outcome = yield from post_login.for_grant(request, state, grant)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from demo_site.tenant import organizations
from demo_site.tenant.actions import claims, effects, events, pipeline
from demo_site.tenant.actions.ends import CHALLENGE, CONTINUED
from demo_site.tenant.actions.triggers import POST_LOGIN
from demo_site.tenant.oidc.client_authentication import parameters
from demo_site.tenant.oidc.errors import access_denied
from demo_site.tenant.records import identity_id

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.actions.ends import End
    from demo_site.tenant.records import Client, Json, Run, Session, Transaction, User
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


@dataclass
class Grant:
    """``protocol`` as in event.transaction: oauth2-password, oauth2-refresh-token, …

    ``methods``: of event.authentication, e.g. ``[{"name": "pwd", "timestamp": iso}]``. ``factors``: passed already
    in this transaction (otp, email, recovery-code), and so not asked for again.
    """

    client: Client
    user: User
    connection: str
    protocol: str
    scope: str
    audience: str | None = None
    organization: str | None = None
    session: Session | None = None
    methods: list[Json] = field(default_factory=list)
    factors: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What the Actions made of it. ``challenge``: the factors of which one must be passed first (mfa_required)."""

    id_token_claims: Json = field(default_factory=dict)
    access_token_claims: Json = field(default_factory=dict)
    scope: str = ""
    challenge: list[str] = field(default_factory=list)


def for_grant(request: HttpRequest, state: State, grant: Grant) -> Steps[Outcome]:
    """Run the Actions. Raises ``OAuthError`` (403 access_denied) when one denies, throws, redirects or is too slow."""
    run = begin(state, grant.user, grant.connection)
    if run is None:
        return Outcome(scope=grant.scope)
    run.passed = list(grant.factors)
    end = yield from pipeline.play(state, run, partial(_event_of_grant, request, state, grant), can_redirect=False)
    state.runs.pop(run.id, None)
    if end.is_refused:
        raise access_denied(end.words)
    if end.kind in CONTINUED:
        raise access_denied("Redirection is not available on /oauth/token endpoint.")
    wanted = effects.next_challenge(run) if end.kind == CHALLENGE else None
    outcome = outcome_of(run, grant.scope)
    outcome.challenge = wanted["factors"] if wanted else []
    return outcome


def begin(state: State, user: User, connection: str, transaction: Transaction | None = None) -> Run | None:
    """A run for the user; none if nothing is bound."""
    identity = user.identity_in(connection) or user.identities[0]
    return pipeline.begin(
        state,
        POST_LOGIN,
        user_id=user.user_id,
        identity=identity_id(identity),
        subject=transaction.id if transaction else "",
        browser=transaction.browser if transaction else "",
    )


def play(request: HttpRequest, state: State, transaction: Transaction, run: Run, query: Json | None) -> Steps[End]:
    """Of a sign-in. ``query``: the parameters of /authorize, the first time; later the request is the one in hand."""
    event = partial(_event_of_sign_in, request, state, transaction, run, query)
    return (yield from pipeline.play(state, run, event, can_redirect="none" not in transaction.prompt))


def outcome_of(run: Run, scope: str) -> Outcome:
    wanted = [*dict.fromkeys([*scope.split(), *run.add_scopes])]
    granted = " ".join(name for name in wanted if name not in run.remove_scopes)
    return Outcome(claims.kept(run.id_token), claims.kept(run.access_token), granted)


def _event_of_sign_in(
    request: HttpRequest, state: State, transaction: Transaction, run: Run, query: Json | None
) -> Json:
    session = state.sessions.get(run.session)
    client, user = state.clients[transaction.client_id], state.users[run.user_id]
    connection = session.connection if session else transaction.connection
    body = request.POST.dict() if query is None and request.path == "/continue" else {}
    return _event(state, client, user, connection or "") | events.present(
        request=events.request_of(request, query, body),
        transaction=events.transaction_of(transaction, run.transaction_metadata),
        authentication={"methods": list(session.methods)} if session else None,
        organization=events.organization_of(organizations.of(state, transaction)),
        session={"id": session.id} if session else None,
        resource_server=_api(transaction.audience),
        custom_domain=events.custom_domain_of(request, state),
    )


def _event_of_grant(request: HttpRequest, state: State, grant: Grant) -> Json:
    user = state.users.get(grant.user.user_id) or grant.user
    transaction = {"protocol": grant.protocol, "requested_scopes": grant.scope.split(), "metadata": {}}
    return _event(state, grant.client, user, grant.connection) | events.present(
        request=events.request_of(request, body=parameters(request)),
        transaction=transaction,
        authentication={"methods": grant.methods},
        organization=events.organization_of(state.organizations.get(grant.organization or "")),
        session={"id": grant.session.id} if grant.session else None,
        resource_server=_api(grant.audience),
        custom_domain=events.custom_domain_of(request, state),
    )


def _event(state: State, client: Client, user: User, connection: str) -> Json:
    """logins_count is raised before the Actions run."""
    found = state.connections.get(connection) or state.connections[user.identities[0]["connection"]]
    return {
        "user": events.user_of(state, user),
        "stats": {"logins_count": user.profile.get("logins_count", 0)},
        "client": events.client_of(client),
        "connection": events.connection_of(found),
        "tenant": {"id": events.TENANT},
        "authorization": {"roles": []},
    }


def _api(audience: str | None) -> Json | None:
    return {"identifier": audience} if audience else None

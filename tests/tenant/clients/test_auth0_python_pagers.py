"""Auth0's own library asks for the next page until one is empty or short: every list of the tenant's has an end."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import ALICE, DATABASE, LOGIN, RIVERSIDE, Application

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth0.management import Auth0

    from tests.support.browser import Browser

PAGE = 2
MOST = 50

PAGERS: dict[str, Callable[[Auth0], Any]] = {
    "users": lambda auth0: auth0.users.list(per_page=PAGE),
    "clients": lambda auth0: auth0.clients.list(per_page=PAGE),
    "connections": lambda auth0: auth0.connections.list(take=PAGE),
    "organizations": lambda auth0: auth0.organizations.list(take=PAGE),
    "client grants": lambda auth0: auth0.client_grants.list(take=PAGE),
    "organizations of a user": lambda auth0: auth0.users.organizations.list(ALICE, per_page=PAGE),
    "members": lambda auth0: auth0.organizations.members.list(RIVERSIDE, take=PAGE),
    "enabled connections": lambda auth0: auth0.organizations.enabled_connections.list(RIVERSIDE, per_page=PAGE),
    "invitations": lambda auth0: auth0.organizations.invitations.list(RIVERSIDE, per_page=PAGE),
    "Actions": lambda auth0: auth0.actions.list(per_page=PAGE),
    "bindings": lambda auth0: auth0.actions.triggers.bindings.list("post-login", per_page=PAGE),
    "forms": lambda auth0: auth0.forms.list(per_page=PAGE),
    "flows": lambda auth0: auth0.flows.list(per_page=PAGE),
    "vault connections": lambda auth0: auth0.flows.vault.connections.list(per_page=PAGE),
}
SIGN_IN_PAGERS: dict[str, Callable[[Auth0], Any]] = {
    "logs": lambda auth0: auth0.logs.list(per_page=PAGE),
    "logs of a user": lambda auth0: auth0.users.logs.list(ALICE, per_page=PAGE),
    "sessions": lambda auth0: auth0.users.sessions.list(ALICE, take=PAGE),
    "refresh tokens": lambda auth0: auth0.users.refresh_token.list(ALICE, take=PAGE),
}
VAULT = {"app_id": "HTTP", "setup": {"type": "BEARER", "token": "a-token"}}


def with_another_connection(auth0: Auth0, name: str) -> None:
    connection = auth0.connections.create(name=name, strategy="auth0")
    auth0.organizations.enabled_connections.add(RIVERSIDE, connection_id=connection.id)


def with_another_member(auth0: Auth0, name: str) -> None:
    auth0.organizations.members.create(RIVERSIDE, members=[another_user(auth0, name).user_id])


def another_user(auth0: Auth0, name: str) -> Any:
    return auth0.users.create(connection=DATABASE, email=f"{name}@example.com", password="Curious-Lantern-9!")


def another_grant(auth0: Auth0, name: str) -> None:
    audience = next(iter(auth0.client_grants.list())).audience
    auth0.client_grants.create(
        client_id=auth0.clients.create(name=name).client_id, audience=audience, scope=["read:users"]
    )


def another_invitation(auth0: Auth0, name: str) -> None:
    auth0.organizations.invitations.create(
        RIVERSIDE, client_id=LOGIN[0], inviter={"name": "Grace"}, invitee={"email": f"{name}@example.com"}
    )


MORE: dict[str, Callable[[Auth0, str], Any]] = {
    "users": another_user,
    "clients": lambda auth0, name: auth0.clients.create(name=name),
    "connections": lambda auth0, name: auth0.connections.create(name=name, strategy="auth0"),
    "organizations": lambda auth0, name: auth0.organizations.create(name=name),
    "client grants": another_grant,
    "organizations of a user": lambda auth0, name: auth0.organizations.members.create(
        auth0.organizations.create(name=name).id, members=[ALICE]
    ),
    "members": with_another_member,
    "enabled connections": with_another_connection,
    "invitations": another_invitation,
    "Actions": lambda auth0, name: auth0.actions.create(
        name=name, supported_triggers=[{"id": "post-login", "version": "v3"}], code=""
    ),
    "forms": lambda auth0, name: auth0.forms.create(name=name),
    "flows": lambda auth0, name: auth0.flows.create(name=name),
    "vault connections": lambda auth0, name: auth0.flows.vault.connections.create(request=VAULT | {"name": name}),
}


def ends(pager: Any, at_least: int) -> None:
    """Nothing comes twice, and after the last there is no more."""
    shown = [item.model_dump_json() for item in islice(pager, MOST)]
    assert at_least <= len(shown) < MOST
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("kind", PAGERS)
def test_pagers_end(auth0: Auth0, app: Application, kind: str):
    """As seeded; then with one more each time, so that the last page is full and is not."""
    for number in range(4):
        app.tenant.advance(2)  # the index of users is late
        ends(PAGERS[kind](auth0), number)
        if kind == "bindings":
            deployer = Deployer(app, {"post-login": [f"post-login {one + 1}" for one in range(number)]})
            deployer.run("")
        else:
            MORE[kind](auth0, f"one-more-{number}")


@pytest.mark.parametrize("kind", SIGN_IN_PAGERS)
def test_pagers_of_sign_ins_end(auth0: Auth0, app: Application, browser: Browser, kind: str):
    for number in range(4):
        ends(SIGN_IN_PAGERS[kind](auth0), number)
        another = browser.copy()
        another.stop_at = browser.stop_at
        app.exchange(app.sign_in(another, scope="openid offline_access")["code"])

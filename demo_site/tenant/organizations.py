"""Organizations: which one a request means, and who may sign in to it.

The errors are those that applications see at Auth0; all reach the application's callback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock, seconds
from demo_site.tenant.oidc.errors import OAuthError, access_denied, invalid_request

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Json, Organization, Transaction, User
    from demo_site.tenant.state import State


def of(state: State, transaction: Transaction) -> Organization | None:
    return state.organizations.get(transaction.organization or "")


def check(state: State, transaction: Transaction, client: Client) -> None:
    """Whether the client may name an organization, or must; a good name becomes the id."""
    if not transaction.organization:
        _check_absence(transaction, client)
        return
    if client.organization_usage == "deny":
        raise invalid_request("parameter organization is not allowed for this client")
    organization = state.organizations.get(transaction.organization) or _named(state, transaction.organization)
    if organization is None:
        msg = f"parameter organization is invalid: {transaction.organization}"
        raise invalid_request(msg)
    transaction.organization = organization.id
    if transaction.connection and transaction.connection not in organization.connections:
        raise access_denied("the connection is not enabled for the organization")
    if transaction.invitation is not None:
        _check_invitation(transaction, organization)


def must_be_chosen(transaction: Transaction, client: Client) -> bool:
    """Asked for at every sign-in: an SSO session does not remember an organization."""
    return client.organization_usage == "require" and transaction.organization is None


def by_name(state: State, name: str) -> Organization | None:
    """What a person types; names are in lower case."""
    wanted = name.strip().lower()
    return next((item for item in state.organizations.values() if item.name == wanted), None)


def join(state: State, transaction: Transaction, user: User) -> None:
    """An invitation makes the invitee a member, and is used up; some connections make one of anybody."""
    organization = of(state, transaction)
    if organization is None:
        return
    if _assigns_membership(organization, transaction, user) and user.user_id not in organization.members:
        organization.members.append(user.user_id)
    if transaction.invitation is None:
        return
    addresses = {user.address_of(identity) for identity in user.identities}
    if organization.invitations.get(transaction.invitation) in addresses:
        del organization.invitations[transaction.invitation]
        organization.invitation_details.pop(transaction.invitation, None)
        organization.members = list(dict.fromkeys([*organization.members, user.user_id]))


def check_membership(state: State, transaction: Transaction, user: User) -> None:
    organization = of(state, transaction)
    if organization and user.user_id not in organization.members:
        msg = f"user {user.user_id} is not part of the {organization.id} organization"
        raise access_denied(msg)


def claims(state: State, transaction: Transaction) -> Json:
    organization = of(state, transaction)
    if organization is None:
        return {}
    named = state.plan.allow_organization_name_in_authentication_api
    return {"org_id": organization.id, **({"org_name": organization.name} if named else {})}


def _assigns_membership(organization: Organization, transaction: Transaction, user: User) -> bool:
    identity = user.identity_named(transaction.identity or "") or {}
    settings = organization.connection_settings.get(identity.get("connection", ""), {})
    return bool(settings.get("assign_membership_on_login"))


def _check_absence(transaction: Transaction, client: Client) -> None:
    transaction.organization = None
    if transaction.invitation is not None:
        raise invalid_request("parameter organization is required for an invitation")
    if client.organization_usage == "require" and client.organization_require_behavior == "no_prompt":
        raise invalid_request("parameter organization is required for this client")


def _named(state: State, name: str) -> Organization | None:
    return by_name(state, name) if state.plan.allow_organization_name_in_authentication_api else None


def _check_invitation(transaction: Transaction, organization: Organization) -> None:
    invitee = organization.invitations.get(transaction.invitation or "")
    details = organization.invitation_details.get(transaction.invitation or "", {})
    if invitee is None or ("expires_at" in details and seconds(details["expires_at"]) <= clock.now()):
        raise OAuthError("invalid_request", "invitation not found or already accepted")
    transaction.login_hint = invitee

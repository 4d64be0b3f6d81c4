"""What Actions are told: the parts of ``event``. What is not known is absent, never null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant import factors, hosts
from demo_site.tenant.logs import origin

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.records import Client, Connection, Json, Organization, Transaction, User
    from demo_site.tenant.state import State

TENANT = "local-tenant"
PROFILE = (
    "user_id", "email", "email_verified", "username", "name", "nickname", "given_name", "family_name", "picture",
    "phone_number", "phone_verified", "created_at", "updated_at", "last_password_reset",
)  # fmt: skip
CHANGED = ("user_id", "email", "email_verified", "username", "phone_number", "phone_verified", "last_password_reset")
IDENTITY = ("connection", "provider", "user_id", "isSocial", "profileData")
# Whether Auth0 shows them to Actions is not known; nobody should rely on them.
NEVER_TOLD = ("password", "client_secret")


def present(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def request_of(request: HttpRequest, query: Json | None = None, body: Json | None = None) -> Json:
    """``query`` of /authorize, where the request in hand is that of a page after it."""
    told = {name: value for name, value in (body or {}).items() if name not in NEVER_TOLD}
    return present(
        ip=origin.current().ip,
        method=request.method if query is None else "GET",
        query=request.GET.dict() if query is None else query,
        body=told,
        geoip={},
        hostname=request.get_host(),
        user_agent=request.headers.get("User-Agent"),
        language=(request.headers.get("Accept-Language") or "").partition(",")[0] or None,
    )


def user_of(state: State, user: User) -> Json:
    """With metadata, which is there even where nothing is kept, and the factors that can be asked for."""
    return {
        **_kept(user.profile, PROFILE),
        "app_metadata": user.profile.get("app_metadata", {}),
        "user_metadata": user.profile.get("user_metadata", {}),
        "identities": [_kept(identity, IDENTITY) for identity in user.identities],
        "enrolledFactors": [{"type": name} for name in factors.enrolled(state, user)],
    }


def changed_user_of(user: User) -> Json:
    """After a change: no metadata."""
    return _kept(user.profile, CHANGED)


def client_of(client: Client) -> Json:
    return {"client_id": client.client_id, "name": client.name, "metadata": getattr(client, "client_metadata", {})}


def connection_of(connection: Connection) -> Json:
    return {"id": connection.id, "name": connection.name, "strategy": connection.strategy}


def organization_of(organization: Organization | None) -> Json | None:
    if organization is None:
        return None
    shown = {"id": organization.id, "name": organization.name, "display_name": organization.display_name}
    return shown | {"metadata": getattr(organization, "metadata", {})}


def transaction_of(transaction: Transaction, metadata: Json) -> Json:
    """``state`` is the application's; the page's own is nowhere in the event."""
    locales = transaction.query.get("ui_locales", "").split()
    return present(
        id=transaction.id,
        protocol="oidc-basic-profile",
        requested_scopes=transaction.scope.split(),
        prompt=transaction.prompt or None,
        acr_values=transaction.acr_values or None,
        ui_locales=locales or None,
        locale=locales[0] if locales else "en",
        login_hint=transaction.login_hint or None,
        redirect_uri=transaction.redirect_uri,
        response_type=["code"],
        response_mode="query",
        state=transaction.state,
        metadata=metadata,
    )


def custom_domain_of(request: HttpRequest, state: State) -> Json | None:
    used = hosts.base_url(request, state)
    if used != hosts.custom_base_url(state):
        return None
    return {"domain": used.partition("://")[2], "domain_metadata": {}}


def _kept(values: Json, names: tuple[str, ...]) -> Json:
    return {name: values[name] for name in names if values.get(name) is not None}

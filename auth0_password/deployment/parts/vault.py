"""The application that a form's flow acts as, and the vault connection that holds its secret.

The secret goes from Auth0's answer into the vault and is kept nowhere else. If that was cut off, the application gets
another one. Which vault connection holds it is noted with the application, once it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ...conf import Domain
from ..scopes import FORM
from ..steps import Change, Json, Step, added, field_diff, texts
from ..tenant import Tenant
from ..wanted import APPLICATION, VAULT_CONNECTION, Wanted
from .runtime_grant import create_grant, grant_of, set_scopes

PART = "form"
NOTE = "auth0_password_vault"
DESCRIPTION = "auth0-password: saves new passwords from the form. Its secret is in the vault of Flows."
FIELDS = "client_id,name,description,app_type,client_metadata"
VAULT = "flows/vault/connections"
VAULT_WRITES = ("create:flows_vault_connections", "update:flows_vault_connections")


def vault_steps(tenant: Tenant) -> Iterator[Step]:
    application, vault = found_application(tenant), found_vault(tenant)
    make = partial(Step, part=PART)
    what = f"application {APPLICATION!r}"
    if application and not is_ours(application):
        yield make(
            what=what, change=Change.REFUSED, details=("it has this name, and is not of this package: rename it",)
        )
        return
    if application is None:
        yield make(
            what=what,
            change=Change.CREATE,
            details=(*added("scope", FORM), f"its secret goes into the vault connection {VAULT_CONNECTION!r}"),
            scope=("create:clients", "create:client_grants", "update:clients", *VAULT_WRITES),
            do=partial(create_application, tenant),
        )
        return
    yield make(what=what, change=Change.UNCHANGED)
    yield grant_step(tenant, application["client_id"])
    yield connection_step(tenant, application, vault)


def grant_step(tenant: Tenant, client_id: str) -> Step:
    """Ours, so it has these scopes and no others."""
    make = partial(Step, part=PART, what=f"scopes of the application {APPLICATION!r}")
    found = grant_of(tenant, client_id)
    if found is None:
        do = partial(create_grant, tenant, client_id, list(FORM))
        return make(change=Change.CREATE, details=added("scope", FORM), scope=("create:client_grants",), do=do)
    before = texts(found.get("scope"))
    if set(before) == set(FORM):
        return make(change=Change.UNCHANGED)
    do = partial(set_scopes, tenant, found, list(FORM))
    details = (field_diff("scope", sorted(before), sorted(FORM)),)
    return make(change=Change.CHANGE, details=details, scope=("update:client_grants",), do=do)


def connection_step(tenant: Tenant, application: Json, vault: Json | None) -> Step:
    make = partial(Step, part=PART, what=f"vault connection {VAULT_CONNECTION!r}")
    if vault and vault.get("ready") and note_of(application) == vault["id"]:
        return make(change=Change.UNCHANGED)
    return make(
        change=Change.CHANGE if vault else Change.CREATE,
        details=("secret of the application: new value",),
        scope=(*VAULT_WRITES, "update:clients", "update:client_keys"),
        do=partial(renew_secret, tenant, str(application["client_id"])),
    )


class UnusedApplication:
    """Once no form is asked for: the application stays, and may do nothing. It comes after the Action that showed the
    form."""

    names = ()
    reads = ("read:client_grants", "read:clients")

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        if wanted.asks_for(PART) or PART in wanted.skipped:
            return
        application = found_application(tenant)
        grant = grant_of(tenant, application["client_id"]) if application and is_ours(application) else None
        scopes = texts(grant.get("scope")) if grant else []
        if grant and scopes:
            yield Step(
                part=PART,
                what=f"scopes of the application {APPLICATION!r}",
                change=Change.REMOVE,
                details=(wanted.unasked[PART], *(f"scope: - {scope}" for scope in scopes)),
                scope=("update:client_grants",),
                do=partial(set_scopes, tenant, grant, []),
            )

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """The application goes with the form."""
        yield from ()


def application_body() -> Json:
    return {
        "name": APPLICATION,
        "description": DESCRIPTION,
        "app_type": "non_interactive",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_post",
    }


def setup_body(domain: Domain, client_id: str, client_secret: str) -> Json:
    """What the vault connection holds."""
    return {
        "type": "OAUTH_APP",
        "client_id": client_id,
        "client_secret": client_secret,
        "domain": domain.host,
        "audience": f"{domain.url}/api/v2/",
    }


def create_application(tenant: Tenant) -> None:
    client = tenant.made("clients", application_body(), "client_id", "client_secret")
    create_grant(tenant, client["client_id"], list(FORM))
    set_up(tenant, client)


def renew_secret(tenant: Tenant, client_id: str) -> None:
    """Nobody has the one from before: Auth0 shows a secret where it is made, and it was not kept."""
    set_up(tenant, tenant.made(f"clients/{client_id}/rotate-secret", None, "client_id", "client_secret"))


def set_up(tenant: Tenant, client: Json) -> None:
    """Put the secret into the vault; then, and only then, note with the application that it is there."""
    setup = setup_body(tenant.api.domain, client["client_id"], client["client_secret"])
    vault = found_vault(tenant)
    if vault is None:
        vault = tenant.made(VAULT, {"name": VAULT_CONNECTION, "app_id": "AUTH0", "setup": setup}, "id")
    else:
        tenant.patch(f"{VAULT}/{vault['id']}", {"setup": setup})
    tenant.patch(f"clients/{client['client_id']}", {"client_metadata": {NOTE: vault["id"]}})


def found_application(tenant: Tenant) -> Json | None:
    applications = tenant.all("clients", "clients", fields=FIELDS, include_fields=True)
    return tenant.one_named(APPLICATION, applications, "applications")


def found_vault(tenant: Tenant) -> Json | None:
    return tenant.one_named(VAULT_CONNECTION, tenant.all(VAULT, "connections"), "vault connections")


def is_ours(application: Json) -> bool:
    return str(application.get("description") or "").startswith("auth0-password:")


def note_of(application: Json) -> Any:
    return (application.get("client_metadata") or {}).get(NOTE)


def vault_removal(tenant: Tenant) -> Iterator[Step]:
    vault, application = found_vault(tenant), found_application(tenant)
    make = partial(Step, part=PART)
    if vault:
        do = partial(tenant.delete, f"{VAULT}/{vault['id']}")
        what, scope = f"vault connection {VAULT_CONNECTION!r}", ("delete:flows_vault_connections",)
        yield make(what=what, change=Change.REMOVE, scope=scope, do=do)
    if application and is_ours(application):
        do = partial(tenant.delete, f"clients/{application['client_id']}")
        yield make(what=f"application {APPLICATION!r}", change=Change.REMOVE, scope=("delete:clients",), do=do)

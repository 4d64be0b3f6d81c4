"""What the site's own Management client may do: missing scopes are added, none is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..steps import Change, Json, Step, added, left, texts
from ..tenant import Tenant
from ..wanted import Wanted


class RuntimeGrant:
    names = ("scopes",)
    reads = ("read:client_grants",)

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        client = wanted.runtime_client
        make = partial(Step, part="scopes", what=f"scopes of the client {client}")
        found = grant_of(tenant, client)
        missing = sorted(wanted.runtime_scopes.difference(texts((found or {}).get("scope"))))
        details = added("scope", missing)
        if found is None:
            do = partial(create_grant, tenant, client, missing)
            yield make(change=Change.CREATE, details=details, scope=("create:client_grants",), do=do)
        elif missing:
            do = partial(set_scopes, tenant, found, [*texts(found.get("scope")), *missing])
            yield make(change=Change.CHANGE, details=details, scope=("update:client_grants",), do=do)
        else:
            yield make(change=Change.UNCHANGED)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """The site works with them on a bare tenant, too."""
        yield left("scopes", f"scopes of the client {wanted.runtime_client}")


def grant_of(tenant: Tenant, client_id: str) -> Json | None:
    """What the client may do with the Management API by itself (not on behalf of users)."""
    audience = audience_of(tenant)
    grants = tenant.all("client-grants", "client_grants", client_id=client_id, audience=audience)
    return next((grant for grant in grants if grant.get("subject_type", "client") == "client"), None)


def create_grant(tenant: Tenant, client_id: str, scopes: list[str]) -> None:
    tenant.post("client-grants", {"client_id": client_id, "audience": audience_of(tenant), "scope": scopes})


def set_scopes(tenant: Tenant, found: Json, scopes: list[str]) -> None:
    tenant.patch(f"client-grants/{found['id']}", {"scope": scopes})


def audience_of(tenant: Tenant) -> str:
    return f"{tenant.api.domain.url}/api/v2/"

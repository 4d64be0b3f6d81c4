"""The form for a new password inside the sign-in, and the flow that saves it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ...conf import conf
from ...exceptions import GatewayRefusedError
from ...gateway import ConnectionOptions
from ...gateway.connections import options_from
from ...gateway.tenant_api import TenantApi
from ..new_password import flow_body, form_body
from ..steps import Change, Json, Step, has, json_diff, shown_as
from ..tenant import Tenant
from ..wanted import FLOW, FORM, Wanted
from .vault import PART, found_vault, vault_removal, vault_steps

LATER = "(known after apply)"
READS = ("read:clients", "read:client_grants", "read:flows_vault_connections", "read:flows", "read:forms")


class NewPasswordForm:
    """From what is needed first to what needs it: application, vault connection, flow, form."""

    names = (PART,)
    reads = READS

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        yield from vault_steps(tenant)
        vault, flow = found_vault(tenant), found(tenant, "flows", FLOW)
        flow_wanted = with_ids(flow_body(), "connection_id", vault["id"] if vault else LATER)
        yield document_step(tenant, "flows", flow, flow_wanted)
        policy = tenant.once("policy", policy_of_connection)
        form_wanted = with_ids(form_body(policy), "flow_id", flow["id"] if flow else LATER)
        yield document_step(tenant, "forms", found(tenant, "forms", FORM), form_wanted)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """The form first, for the flow is used by it; what the flow used, last."""
        for path, name in (("forms", FORM), ("flows", FLOW)):
            document = found(tenant, path, name)
            if document:
                do = partial(tenant.delete, f"{path}/{document['id']}")
                what = f"{path[:-1]} {name!r}"
                yield Step(part=PART, what=what, change=Change.REMOVE, scope=(f"delete:{path}",), do=do)
        yield from vault_removal(tenant)


def document_step(tenant: Tenant, path: str, before: Json | None, body: Json) -> Step:
    make = partial(Step, part=PART, what=f"{path[:-1]} {body['name']!r}")
    if before is None:
        return make(change=Change.CREATE, scope=(f"create:{path}",), do=partial(created, tenant, path, body))
    if has(before, body):
        return make(change=Change.UNCHANGED)
    do = partial(changed, tenant, f"{path}/{before['id']}", body)
    details = json_diff(shown_as(before, body), body)
    return make(change=Change.CHANGE, details=details, scope=(f"update:{path}",), do=do)


def found(tenant: Tenant, path: str, name: str) -> Json | None:
    """The whole of it: a list has summaries."""
    summary = tenant.one_named(name, tenant.all(path, path), path)
    return tenant.get(f"{path}/{summary['id']}") if summary else None


def created(tenant: Tenant, path: str, body: Json) -> None:
    tenant.post(path, body)


def changed(tenant: Tenant, path: str, body: Json) -> None:
    tenant.patch(path, body)


def with_ids(value: Any, key: str, wanted: str) -> Any:
    """The same, with the tenant's id where a name stands."""
    if isinstance(value, dict):
        return {name: wanted if name == key else with_ids(item, key, wanted) for name, item in value.items()}
    return [with_ids(item, key, wanted) for item in value] if isinstance(value, list) else value


def policy_of_connection() -> ConnectionOptions:
    """The rules that the form tells, read by the site's own client; none where that one may not."""
    api = TenantApi(conf.MANAGEMENT_CLIENT_ID, conf.MANAGEMENT_CLIENT_SECRET)
    name = conf.CONNECTION
    try:
        databases = api.list("connections", "connections", name=name, strategy="auth0", fields="name,options")
    except GatewayRefusedError:
        databases = []
    options = next((one.get("options") for one in databases if one.get("name") == name), None)
    return options_from(name, options)

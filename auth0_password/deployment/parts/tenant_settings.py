"""The tenant's own allowed logout URLs, for an Action that signs somebody out names no application."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..steps import Change, Json, Step, added, texts
from ..tenant import Tenant
from ..wanted import Wanted

SETTINGS, KEY = "tenants/settings", "allowed_logout_urls"
WRITES = ("update:tenant_settings",)
WHAT = "logout URL of the tenant"


class InstructionsUrl:
    names = ("instructions-url",)
    reads = ("read:tenant_settings",)

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        make = partial(Step, part="instructions-url", what=WHAT, scope=WRITES)
        before = urls(tenant)
        if wanted.instructions in before:
            yield make(change=Change.UNCHANGED)
            return
        do = partial(changed, tenant, [*before, wanted.instructions])
        yield make(change=Change.CHANGE, details=added(KEY, [wanted.instructions]), do=do)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """Others' stay."""
        before = urls(tenant)
        if wanted.instructions in before:
            do = partial(changed, tenant, [url for url in before if url != wanted.instructions])
            details = (f"{KEY}: - {wanted.instructions}",)
            yield Step(part="instructions-url", what=WHAT, change=Change.REMOVE, details=details, scope=WRITES, do=do)


def urls(tenant: Tenant) -> list[str]:
    found: Json = tenant.get(SETTINGS, fields=KEY, include_fields=True) or {}
    return texts(found.get(KEY))


def changed(tenant: Tenant, wanted: list[str]) -> None:
    tenant.patch(SETTINGS, {KEY: wanted})

"""Properties of the application that people sign in to, each by itself. Lists are added to, never replaced."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...exceptions import DeploymentError
from ...gateway.discovery import discover
from ..steps import Change, Json, Step, added, field_diff, left, texts
from ..tenant import Tenant
from ..wanted import INITIATORS, Wanted

FIELDS = "client_id,name,initiate_login_uri,allowed_logout_urls,oidc_logout,is_token_endpoint_ip_header_trusted"
"""All that is read: its secret would come along otherwise, for whoever may see it."""

READS, WRITES = ("read:clients",), ("update:clients",)


def login_client(tenant: Tenant, client_id: str) -> Json:
    found = tenant.get(f"clients/{client_id}", fields=FIELDS, include_fields=True)
    if found is None:
        raise DeploymentError(f"the tenant has no application {client_id} (SOCIAL_AUTH_AUTH0_KEY)")
    return found


def changed(tenant: Tenant, client_id: str, body: Json) -> None:
    tenant.patch(f"clients/{client_id}", body)


class LoginRoute:
    """Where the button on Auth0's last page leads."""

    names = ("login-route",)
    reads = READS

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        make = partial(Step, part="login-route", what="login route of the login client", scope=WRITES)
        before = login_client(tenant, wanted.login_client).get("initiate_login_uri")
        if before == wanted.login_route:
            yield make(change=Change.UNCHANGED)
            return
        do = partial(changed, tenant, wanted.login_client, {"initiate_login_uri": wanted.login_route})
        details = (field_diff("initiate_login_uri", before, wanted.login_route),)
        yield make(change=Change.CHANGE, details=details, do=do)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        yield left("login-route", "login route of the login client")


class LogoutUrl:
    """Where Auth0 may lead after a sign-out."""

    names = ("logout-url",)
    reads = READS

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        make = partial(Step, part="logout-url", what="logout URL of the login client", scope=WRITES)
        before = texts(login_client(tenant, wanted.login_client).get("allowed_logout_urls"))
        if wanted.logout_url in before:
            yield make(change=Change.UNCHANGED)
            return
        body = {"allowed_logout_urls": [*before, wanted.logout_url]}
        do = partial(changed, tenant, wanted.login_client, body)
        yield make(change=Change.CHANGE, details=added("allowed_logout_urls", [wanted.logout_url]), do=do)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        yield left("logout-url", "logout URL of the login client")


class IpHeader:
    """Without it everybody who types their old password here would count as one, at the site's address."""

    names = ("ip-header",)
    reads = READS
    field = "is_token_endpoint_ip_header_trusted"
    what = "address of whoever signs in, told by the login client"

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        make = partial(Step, part="ip-header", what=self.what, scope=WRITES)
        before = login_client(tenant, wanted.login_client).get(self.field)
        if before is True:
            yield make(change=Change.UNCHANGED)
            return
        do = partial(changed, tenant, wanted.login_client, {self.field: True})
        yield make(change=Change.CHANGE, details=(field_diff(self.field, before, True),), do=do)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        yield left("ip-header", self.what)


class BackChannelLogout:
    """The tenant tells the site of sessions that ended."""

    names = ("back-channel-logout",)
    reads = READS
    what = "back-channel logout to this site"

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        make = partial(Step, part="back-channel-logout", what=self.what, scope=WRITES)
        before = login_client(tenant, wanted.login_client).get("oidc_logout") or {}
        url, urls = wanted.back_channel_logout, texts(before.get("backchannel_logout_urls"))
        missing = missing_initiators(before)
        if url in urls and not missing:
            yield make(change=Change.UNCHANGED)
        elif not tenant.once("discovery", lambda: discover(tenant.api.domain)).get("backchannel_logout_supported"):
            yield make(change=Change.NOT_ON_PLAN, details=("Enterprise",))
        else:
            urls = urls if url in urls else [*urls, url]
            details = (
                *added("backchannel_logout_urls", [one for one in urls if one == url]),
                *added("initiator", missing),
            )
            do = partial(changed, tenant, wanted.login_client, {"oidc_logout": with_initiators(before, urls, missing)})
            yield make(change=Change.CHANGE, details=details, do=do)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """Others' addresses stay, and what they are told of."""
        before = login_client(tenant, wanted.login_client).get("oidc_logout") or {}
        urls = texts(before.get("backchannel_logout_urls"))
        if wanted.back_channel_logout in urls:
            rest = [url for url in urls if url != wanted.back_channel_logout]
            do = partial(
                changed, tenant, wanted.login_client, {"oidc_logout": {**before, "backchannel_logout_urls": rest}}
            )
            yield Step(part="back-channel-logout", what=self.what, change=Change.REMOVE, scope=WRITES, do=do)


def missing_initiators(before: Json) -> list[str]:
    """Without a choice only `rp-logout` is told of (back-channel logout initiators)."""
    chosen = before.get("backchannel_logout_initiators") or {}
    if chosen.get("mode") == "all":
        return []
    selected = texts(chosen.get("selected_initiators"))
    return [name for name in INITIATORS if name not in selected]


def with_initiators(before: Json, urls: list[str], missing: list[str]) -> Json:
    if not missing:
        return {**before, "backchannel_logout_urls": urls}
    selected = texts((before.get("backchannel_logout_initiators") or {}).get("selected_initiators"))
    chosen = {"mode": "custom", "selected_initiators": [*selected, *missing]}
    return {**before, "backchannel_logout_urls": urls, "backchannel_logout_initiators": chosen}

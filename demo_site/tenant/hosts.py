"""The tenant's names: its own (canonical) one, and a custom domain if it has one. Both lead to this process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from demo_site.tenant.store import store

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.state import State

HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?", re.IGNORECASE)


class UnknownHostError(ValueError):
    """The message is Auth0's (D:customize/custom-domains/multiple-custom-domains)."""


def base_url(request: HttpRequest, state: State) -> str:
    """The address that the caller used."""
    custom = custom_base_url(state)
    return custom if custom and f"{store.scheme}://{request.get_host()}" == custom else store.base_url


def issuer(request: HttpRequest, state: State) -> str:
    """``iss`` names the host used, with the slash at its end."""
    return f"{base_url(request, state)}/"


def custom_base_url(state: State) -> str | None:
    """A custom domain without a port is on the tenant's own."""
    if state.custom_domain is None:
        return None
    return f"{store.scheme}://{state.custom_domain}" + ("" if ":" in state.custom_domain else f":{store.port}")


def default_base_url(state: State) -> str:
    """Where links lead when nothing names a domain."""
    return (state.plan.default_custom_domain and custom_base_url(state)) or store.base_url


def links_at(request: HttpRequest, state: State) -> str:
    """The base of links in a mail that this request asks for: a custom domain that is used stays in use."""
    used = base_url(request, state)
    return default_base_url(state) if used == store.base_url else used


def named(header: str, state: State) -> str:
    """The base of links for the domain in an ``auth0-custom-domain`` header."""
    if not HOST.fullmatch(header):
        raise UnknownHostError("The auth0-custom-domain HTTP header has an invalid format.")
    wanted = f"{store.scheme}://{header.lower()}"
    known = [base for base in (custom_base_url(state), store.base_url) if base]
    for base in known:
        if wanted in (base, base.rpartition(":")[0]):
            return base
    raise UnknownHostError("The custom domain does not exist for the tenant.")

"""The default login route: where an application wants people who must sign in (again)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.records import Client

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def login_route(client: Client | None, issuer: str) -> str | None:
    """The client's initiate_login_uri with ``iss`` (OpenID Connect Core §4), if Auth0 would allow it.

    The tenant's default_redirection_uri stands in for it. Auth0 takes only https and not localhost; a switch lets
    loopback routes through for the demonstration.
    """
    parts = _parts(client)
    if not _is_allowed(parts.scheme, parts.hostname or ""):
        return None
    iss = urlencode({"iss": issuer})
    query = f"{parts.query}&{iss}" if parts.query else iss
    return urlunsplit(parts._replace(query=query))


def deviates(client: Client | None) -> bool:
    """Whether the page must say that Auth0 would refuse this route."""
    parts = _parts(client)
    return bool(parts.netloc) and not _is_allowed_at_auth0(parts.scheme, parts.hostname or "")


def _parts(client: Client | None) -> SplitResult:
    """The application's own, else the tenant's."""
    own = client.initiate_login_uri if client else None
    return urlsplit(own or store.state.tenant_settings.get("default_redirection_uri") or "")


def _is_allowed(scheme: str, host: str) -> bool:
    if _is_allowed_at_auth0(scheme, host):
        return True
    return store.loopback_login_route and scheme in ("http", "https") and host in LOOPBACK


def _is_allowed_at_auth0(scheme: str, host: str) -> bool:
    return scheme == "https" and host not in ("", *LOOPBACK)

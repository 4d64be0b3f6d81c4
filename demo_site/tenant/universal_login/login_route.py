"""The default login route: where an application wants people who must sign in (again)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.records import Client

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def login_route(client: Client | None, issuer: str) -> str | None:
    """The client's initiate_login_uri with ``iss`` (OpenID Connect Core §4), if Auth0 would allow it.

    Auth0 takes only https and not localhost; a switch lets loopback routes through for the demonstration.
    """
    parts = urlsplit(client.initiate_login_uri or "") if client else None
    if parts is None or not _is_allowed(parts.scheme, parts.hostname or ""):
        return None
    iss = urlencode({"iss": issuer})
    query = f"{parts.query}&{iss}" if parts.query else iss
    return urlunsplit(parts._replace(query=query))


def deviates(client: Client | None) -> bool:
    """Whether the page must say that Auth0 would refuse this route."""
    parts = urlsplit(client.initiate_login_uri or "") if client else None
    return parts is not None and not _is_allowed_at_auth0(parts.scheme, parts.hostname or "")


def _is_allowed(scheme: str, host: str) -> bool:
    if _is_allowed_at_auth0(scheme, host):
        return True
    return store.loopback_login_route and scheme in ("http", "https") and host in LOOPBACK


def _is_allowed_at_auth0(scheme: str, host: str) -> bool:
    return scheme == "https" and host not in ("", *LOOPBACK)

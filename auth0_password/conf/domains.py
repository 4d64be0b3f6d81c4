"""A tenant's host, as settings name it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..exceptions import ConfigurationError

HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]+")


@dataclass(frozen=True)
class Domain:
    """A tenant's host, as `host[:port]` in lower case, and the scheme that it is reached by."""

    host: str
    scheme: str

    @property
    def url(self) -> str:
        """The tenant's address without a trailing slash, e.g. `https://tenant.eu.auth0.com`."""
        return f"{self.scheme}://{self.host}"

    @property
    def hostname(self) -> str:
        """The host without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens: with a trailing slash (OIDC discovery of any Auth0 tenant)."""
        return f"{self.url}/"

    def __str__(self) -> str:
        return self.host


def parse_domain(value: str) -> Domain:
    """Read a tenant's host or URL.

    A bare host is https, unless it is a loopback host, which is http. A URL says its scheme itself; http is
    accepted for loopback hosts only. Raises `ConfigurationError` for anything else.
    """
    value = value.strip()
    refusal = ConfigurationError(f"{value!r} is not the host of an Auth0 tenant, such as tenant.eu.auth0.com")
    try:
        parts = urlsplit(value if "://" in value else f"//{value}")
        hostname, port = parts.hostname, parts.port
    except ValueError:
        raise refusal from None
    host_only = (parts.path.strip("/"), parts.query, parts.fragment, parts.username) == ("", "", "", None)
    if not hostname or not HOSTNAME.fullmatch(hostname) or not host_only:
        raise refusal
    scheme = parts.scheme or ("http" if is_loopback(hostname) else "https")
    if scheme != "https" and not (scheme == "http" and is_loopback(hostname)):
        raise ConfigurationError(f"{value!r} must be reached by https: only a loopback host may use http")
    host = f"[{hostname}]" if ":" in hostname else hostname
    return Domain(host=f"{host}:{port}" if port else host, scheme=scheme)


def is_loopback(hostname: str) -> bool:
    """Whether a host name means this machine (`localhost`, 127.0.0.0/8, ::1)."""
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False

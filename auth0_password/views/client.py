"""Which internet address a request came from."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

from django.http import HttpRequest

from ..conf import conf


def address_of(request: HttpRequest) -> str:
    """The client's address, or its network. Headers are believed only as far as `TRUSTED_PROXIES` reaches: with one
    proxy the last entry of `X-Forwarded-For` is the one that it wrote itself."""
    proxies, direct = conf.TRUSTED_PROXIES, str(request.META.get("REMOTE_ADDR", ""))
    entries = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    return network_of(entries[-proxies] if 0 < proxies <= len(entries) else direct)


def network_of(address: str) -> str:
    """What one client can choose from counts as one: the /64 of an IPv6 address, an IPv4 address whatever its port."""
    try:
        found = ip_address(re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", address))
    except ValueError:
        return address
    if found.version == 4:  # noqa: PLR2004 - IPv4
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found) >> 64 << 64, 64)))

"""Where a request came from: its internet address, and its browser's own word."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest

from ..conf import conf
from ..services.devices import as_said
from ..services.known_sessions import Client


def client_of(request: HttpRequest) -> Client:
    """What a sign-in is remembered by."""
    found = _parsed(_claimed(request))
    ip = str(type(found)(int(found))) if found else None  # without the zone of a link-local one
    return Client(ip=ip, user_agent=as_said(request.headers.get("User-Agent")))


def address_of(request: HttpRequest) -> str:
    """What limits count by: the client's address, or its network."""
    return network_of(_claimed(request))


def network_of(address: str) -> str:
    """What one client can choose from counts as one: the /64 of an IPv6 address, an IPv4 address whatever its port."""
    found = _parsed(address)
    if found is None:
        return address
    return str(found) if isinstance(found, IPv4Address) else str(ip_network((int(found) >> 64 << 64, 64)))


def _claimed(request: HttpRequest) -> str:
    """Headers are believed only as far as `TRUSTED_PROXIES` reaches: with one proxy the last entry of
    `X-Forwarded-For` is the one that it wrote itself."""
    proxies, direct = conf.TRUSTED_PROXIES, str(request.META.get("REMOTE_ADDR", ""))
    entries = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    return entries[-proxies] if 0 < proxies <= len(entries) else direct


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", address))
    except ValueError:
        return None
    return (found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found

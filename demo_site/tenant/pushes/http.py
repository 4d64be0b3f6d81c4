"""A POST to a receiver on this machine; to any other nothing is ever sent."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from demo_site.tenant.pushes.couriers import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = ("localhost", "127.0.0.1", "::1")
CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


def post(url: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> Outcome:
    """Redirects are not followed; what is not answered in time is not answered."""
    parts = urlsplit(url)
    if parts.scheme not in CONNECTIONS or not is_loopback(parts.hostname or ""):
        return Outcome(error="only loopback addresses are called from here")
    target = parts.path or "/"
    connection = CONNECTIONS[parts.scheme](parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        connection.request("POST", f"{target}?{parts.query}" if parts.query else target, body, dict(headers))
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return Outcome(error=f"{type(error).__name__}: {error}")
    else:
        return Outcome(status)
    finally:
        connection.close()


def is_loopback(host: str) -> bool:
    return host in LOOPBACK or host.endswith(".localhost")

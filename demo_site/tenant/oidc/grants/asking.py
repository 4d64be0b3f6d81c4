"""One call of the token endpoint: who calls, with what, and for whose address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo_site.tenant.logs import origin
from demo_site.tenant.oidc.errors import invalid_request

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.records import Client


@dataclass(frozen=True)
class Asking:
    """``client`` has authenticated in the way that it is registered with."""

    request: HttpRequest
    params: dict[str, str]
    client: Client
    issuer: str

    def required(self, name: str) -> str:
        value = self.params.get(name)
        if not value:
            msg = f"Missing required parameter: {name}"
            raise invalid_request(msg)
        return value

    @property
    def ip(self) -> str:
        """The end user's, as far as it is known."""
        return origin.current().ip

    def trust_forwarded_for(self) -> None:
        """``auth0-forwarded-for`` counts if the client calls with its secret and is trusted to send it."""
        sent = self.request.headers.get("auth0-forwarded-for", "").strip()
        trusted = self.client.is_token_endpoint_ip_header_trusted and self.client.is_confidential
        if trusted and _is_address(sent):
            origin.forwarded_for(sent)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

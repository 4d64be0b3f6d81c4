"""Who caused what is being written: the request under way, for the fields that every log has."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.records import Json


@dataclass(frozen=True)
class Origin:
    """``client_ip`` is the caller's where a server names the end user's address (auth0-forwarded-for)."""

    ip: str
    hostname: str
    user_agent: str
    client_ip: str | None = None

    def fields(self) -> Json:
        fields: Json = {"ip": self.ip, "hostname": self.hostname, "user_agent": self.user_agent}
        return fields | ({"client_ip": self.client_ip} if self.client_ip else {})


NOBODY = Origin("127.0.0.1", "", "")
_current: ContextVar[Origin] = ContextVar("origin", default=NOBODY)


def begin(request: HttpRequest) -> None:
    user_agent = request.headers.get("User-Agent", "")
    _current.set(Origin(request.META["REMOTE_ADDR"], request.get_host(), user_agent))


def end() -> None:
    _current.set(NOBODY)


def current() -> Origin:
    return _current.get()


def forwarded_for(ip: str) -> None:
    """From here on the logs of this request name the end user's address; call it where the header is honoured."""
    origin = current()
    _current.set(replace(origin, ip=ip, client_ip=origin.client_ip or origin.ip))

"""What a probe makes in a tenant: each has a name of ours, by which it is found again and removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ....exceptions import GatewayError, SetUpRefusedError, UnknownUserError

if TYPE_CHECKING:
    from ....gateway.tenant_api import TenantApi

NAME = "auth0-password probe"
"""What the names of all these things begin with; a user's whole name."""

NAMES = re.compile(rf"{NAME} [a-z-]+ [0-9a-f]{{12}}")
"""The whole names of all others. Nothing that is called otherwise is ever removed."""

MARK = "auth0_password_probe"
"""In the `app_metadata` of its users: no other user is ever removed."""

MAIL_DOMAIN = "example.com"
"""Reserved (RFC 2606): no mail to it arrives anywhere."""

SITE = "https://auth0-password-probe.invalid"
"""Reserved too: nothing that is sent there arrives."""

GONE = 404


@dataclass(frozen=True)
class Kind:
    """A kind of thing: where it lives in the Management API, and how a list of them comes."""

    word: str
    path: str
    key: str
    scopes: str
    id: str = "id"
    is_paged: bool = True
    removal: tuple[tuple[str, bool], ...] = ()

    @property
    def needs(self) -> frozenset[str]:
        return frozenset(f"{verb}:{self.scopes}" for verb in ("create", "read", "delete"))

    def found(self, api: TenantApi) -> list[dict[str, Any]]:
        items = api.list(self.path, self.key) if self.is_paged else api.get(self.path)
        return [item for item in items if NAMES.fullmatch(str(item.get("name", "")))]


@dataclass(frozen=True)
class Users(Kind):
    def found(self, api: TenantApi) -> list[dict[str, Any]]:
        """By the search, which is a moment behind; the mark tells ours from somebody who is called so."""
        items = api.list(self.path, self.key, q=f'name:"{NAME}"', search_engine="v3")
        return [item for item in items if item.get("name") == NAME and (item.get("app_metadata") or {}).get(MARK)]


ACTION = Kind("Action", "actions/actions", "actions", "actions", removal=(("force", True),))
FORM = Kind("form", "forms", "forms", "forms")
FLOW = Kind("flow", "flows", "flows", "flows")
VAULT = Kind("vault connection", "flows/vault/connections", "connections", "flows_vault_connections")
STREAM = Kind("log stream", "log-streams", "", "log_streams", is_paged=False)
CLIENT = Kind("application", "clients", "clients", "clients", id="client_id")
USER = Users("user", "users", "users", "users", id="user_id")

KINDS = (ACTION, FORM, FLOW, VAULT, STREAM, CLIENT, USER)
"""In the order in which they are removed: an Action first, since it takes part in other people's sign-ins."""


@dataclass(frozen=True)
class Thing:
    kind: Kind
    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind.word} {self.name} ({self.id})"

    def remove(self, api: TenantApi) -> None:
        """Gone already is as good. Raises `GatewayError`."""
        try:
            api.delete(f"{self.kind.path}/{quote(self.id, safe='')}", **dict(self.kind.removal))
        except (SetUpRefusedError, UnknownUserError) as error:
            if error.status != GONE:
                raise


def thing_of(kind: Kind, item: dict[str, Any]) -> Thing:
    return Thing(kind, str(item[kind.id]), str(item.get("email") or item.get("name")))


def find_things(api: TenantApi) -> Iterator[Thing]:
    """All that has a name of ours, of the kinds that the client may read and delete."""
    for kind in KINDS:
        if {f"read:{kind.scopes}", f"delete:{kind.scopes}"} <= api.scopes:
            yield from (thing_of(kind, item) for item in kind.found(api))


def remove_things(api: TenantApi, things: list[Thing]) -> list[tuple[Thing, GatewayError]]:
    """Remove them, Actions first. Returns what could not be removed, and why."""
    left = []
    for thing in sorted(things, key=lambda thing: KINDS.index(thing.kind)):
        try:
            thing.remove(api)
        except GatewayError as error:
            left.append((thing, error))
    return left

"""Who is looked over: the tenant, each part of it read once by whichever client may, and the site's own addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from ...conf import conf
from ...exceptions import (
    DeploymentError,
    GatewayError,
    GatewayRefusedError,
    GatewayUnavailableError,
    SetUpRefusedError,
)
from ...gateway.tenant_api import TenantApi
from ..parts import PARTS
from ..steps import Part, Step
from ..tenant import Tenant
from ..wanted import wanted
from .web import Answer, ask

Json = dict[str, Any]


CLIENT_FIELDS = (
    "client_id,name,callbacks,allowed_logout_urls,initiate_login_uri,grant_types,oidc_conformant,oidc_logout,"
    "token_endpoint_auth_method,is_token_endpoint_ip_header_trusted"
)
"""Its secret would come along otherwise, for whoever may see it."""


class CannotLookError(Exception):
    """No client may read this; the text names the scope that would let one."""


class NotOnThisPlanError(Exception):
    """The tenant's plan does not have it."""


class Work(Protocol):
    """Of the services, which stand beside this room."""

    def late(self, before: datetime) -> dict[str, int]:
        """How many rows of each kind of work were due before then and still are; kinds without any left out."""

    def copies_are_refused(self) -> bool:
        """Whether some copy of a flag was not written because Auth0 refused it."""


class Patient:
    """`runtime` is the Management client that the site itself uses; `deploy`, with its id, the one of the deployment,
    where it is known; `work` what the site knows of its own work."""

    def __init__(
        self, runtime: TenantApi, deploy: TenantApi | None = None, *, deploy_id: str = "", work: Work | None = None
    ) -> None:
        self.runtime, self.deploy, self.deploy_id, self.work = runtime, deploy, deploy_id, work
        self._known: dict[str, Any] = {}
        self._silent: str = ""

    def read(self, scope: str, path: str, **query: str | int | bool) -> Any:
        """The answer's JSON; None where there is no such thing (404)."""
        return self._once(path + repr(query), [scope], lambda api: api.get(path, **query))

    def listed(self, scope: str, path: str, key: str) -> list[Json]:
        """Every page of a list."""
        found = self._once(path, [scope], lambda api: api.list(path, key))
        return found or []

    def plan(self, name: str) -> list[Step]:
        """What `auth0_deploy` would do about a part, by its name; nothing where the settings do not ask for it.

        Raises `CannotLookError` for the first scope that is missing.
        """
        part = next(part for part in PARTS if name in part.names)
        if not wanted().asks_for(name):
            return []
        return [step for step in self.steps(part) if step.part == name]

    def steps(self, part: Part) -> tuple[Step, ...]:
        """The same of a part that has no name."""
        found: tuple[Step, ...] = self._once(
            f"plan of {type(part).__name__}", part.reads, lambda api: planned(part, api)
        )
        return found

    def scopes(self, api: TenantApi) -> frozenset[str]:
        """Raises `GatewayError` where the client gets no token."""
        self._raise_if_silent()
        try:
            return api.scopes
        except GatewayError as error:
            self._note(error)
            raise

    def page(self, url: str) -> Answer:
        """What anybody gets at an address of the tenant. Raises `GatewayUnavailableError`."""
        if url not in self._known:
            self._known[url] = ask("GET", url)
        answer = self._known[url]
        if not isinstance(answer, Answer):
            raise GatewayUnavailableError(f"GET {url}: {answer}")
        return answer

    def login_client(self) -> Json:
        """The application that people sign in to; empty where the tenant has none of that id."""
        path = f"clients/{conf.login_client_id}"
        return self.read("read:clients", path, fields=CLIENT_FIELDS, include_fields=True) or {}

    def connection(self) -> Json:
        """The connection of that name, whatever its sort; empty where there is none."""
        found = self.read("read:connections", "connections", name=conf.CONNECTION) or []
        return next((one for one in found if one.get("name") == conf.CONNECTION), {})

    def options(self) -> Json:
        """What the database connection is set to. Auth0 leaves it out for who lacks the scope."""
        connection = self.connection()
        if connection and "options" not in connection:
            raise CannotLookError("read:connections_options")
        return connection.get("options") or {}

    def tenant_settings(self) -> Json:
        return self.read("read:tenant_settings", "tenants/settings") or {}

    def _once(self, name: str, scopes: Sequence[str], get: Callable[[TenantApi], Any]) -> Any:
        """What came, or was raised, the first time."""
        if name not in self._known:
            self._known[name] = self._got(scopes, get)
        found = self._known[name]
        if isinstance(found, Exception):
            raise found
        return found

    def _got(self, scopes: Sequence[str], get: Callable[[TenantApi], Any]) -> Any:
        try:
            return get(self._who_may(*scopes))
        except SetUpRefusedError as error:
            return outcome_of(error, scopes[0])
        except GatewayError as error:
            self._note(error)
            return error
        except (CannotLookError, DeploymentError) as error:
            return error

    def _who_may(self, *scopes: str) -> TenantApi:
        """The first client that has all of them."""
        missing = list(scopes)
        for api in filter(None, (self.runtime, self.deploy)):
            try:
                missing = [scope for scope in scopes if scope not in self.scopes(api)]
            except GatewayRefusedError:
                continue
            if not missing:
                return api
        raise CannotLookError(missing[0])

    def _note(self, error: GatewayError) -> None:
        """Nobody waits again for a tenant that said nothing at all."""
        if isinstance(error, GatewayUnavailableError) and error.status is None:
            self._silent = str(error)

    def _raise_if_silent(self) -> None:
        if self._silent:
            raise GatewayUnavailableError(self._silent)


def outcome_of(error: SetUpRefusedError, scope: str) -> Exception | None:
    """A 403 to a token that has the scope is the plan's (`feature_not_enabled`, `insufficient_entitlement`)."""
    if error.status == HTTPStatus.NOT_FOUND:
        return None
    if error.status == HTTPStatus.FORBIDDEN:
        return CannotLookError(scope) if error.code == "insufficient_scope" else NotOnThisPlanError(error.said)
    return error


def planned(part: Part, api: TenantApi) -> tuple[Step, ...]:
    """Nobody sleeps here: what Auth0 is still doing is looked at another time."""
    return tuple(part.steps(Tenant(api, sleep=lambda _seconds: None), wanted()))


def address(name: str) -> str:
    """The whole address of a page of ours; empty where `SITE_URL` is, or where our addresses are not included."""
    try:
        return f"{conf.SITE_URL}{reverse(f'auth0_password:{name}')}" if conf.SITE_URL else ""
    except NoReverseMatch:
        return ""


def setting(name: str) -> Any:
    return getattr(settings, name, None)

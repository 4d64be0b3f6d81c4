"""Where questions are tried out: what they make is written down before they go on, and removed at the end."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from ....conf import conf
from ....exceptions import GatewayError
from ....gateway.hosted_pages import HostedPages
from ....gateway.tenant_api import TenantApi
from . import things
from .answers import CannotTellError
from .things import CLIENT, MAIL_DOMAIN, MARK, NAME, SITE, USER, Kind, Thing

Json = dict[str, Any]

PAUSE = 2.0
PATIENCE = 60.0
"""Seconds between looks, and until something that should show itself is given up."""

CALLBACK = f"{SITE}/callback"


@dataclass(frozen=True)
class Person:
    """A throw-away user. The password is random, and known to this run alone."""

    id: str
    email: str
    password: str = field(repr=False)

    @property
    def path(self) -> str:
        return f"users/{quote(self.id, safe='')}"


@dataclass(frozen=True)
class Application:
    id: str
    secret: str = field(repr=False)


class Lab:
    """`pause` waits so many seconds. `mailbox`: an address whose mails somebody reads, who answers `ask`."""

    def __init__(
        self,
        api: TenantApi,
        *,
        pause: Callable[[float], None],
        mailbox: str = "",
        ask: Callable[[str], object] | None = None,
    ) -> None:
        self.api, self.pause, self.mailbox, self.ask = api, pause, mailbox, ask
        self.forms: dict[str, str] = {}
        self._tried: dict[str, str] = {}
        self._browsers: list[HostedPages] = []
        self.made: list[Thing] = []
        self.left: list[tuple[Thing, GatewayError]] = []

    def clean_up(self) -> None:
        """Remove everything: what is known to be made, then, a moment later, what was made though no answer came."""
        for browser in self._browsers:
            browser.close()
        self.left = things.remove_things(self.api, self.made)
        self.pause(PAUSE)
        try:
            unknown = [thing for thing in things.find_things(self.api) if thing not in self.made]
        except GatewayError:
            return  # the next run looks again
        self.made += unknown
        self.left += things.remove_things(self.api, unknown)

    def once(self, name: str, set_up: Callable[[Lab], None]) -> None:
        """Set something up that several questions need, once in a run. Where that failed, it has failed for all:
        raises `CannotTellError`."""
        if name not in self._tried:
            try:
                set_up(self)
                self._tried[name] = ""
            except (CannotTellError, GatewayError) as error:
                self._tried[name] = str(error)
        if self._tried[name]:
            raise CannotTellError(self._tried[name])

    def make(self, kind: Kind, purpose: str, body: Json) -> Json:
        """Make one thing, under a name of ours. Returns Auth0's answer."""
        return self._made(kind, {"name": f"{NAME} {purpose} {secrets.token_hex(6)}", **body})

    def user(self, **changes: object) -> Person:
        """A user with a random password, whose address counts as verified, so that Auth0 mails nobody."""
        address = f"auth0-password-probe-{secrets.token_hex(8)}@{MAIL_DOMAIN}"
        body: Json = {
            "connection": conf.CONNECTION,
            "email": address,
            "email_verified": True,
            "verify_email": False,
            "password": new_password(),
            "name": NAME,
            "app_metadata": {MARK: True},
            **changes,
        }
        answer = self._made(USER, body)
        return Person(str(answer["user_id"]), str(body["email"]), str(body["password"]))

    def read(self, person: Person) -> Json:
        return dict(self.api.get(person.path))

    def set_password(self, person: Person) -> Person:
        """By the Management API, as an administrator does it. Returns the person with the new one."""
        password = new_password()
        self.api.patch(person.path, {"password": password, "connection": conf.CONNECTION})
        return Person(person.id, person.email, password)

    def ticket(self, person: Person) -> str:
        """A link for a new password: a bearer secret, so nobody is shown it."""
        body = {"user_id": person.id, "ttl_sec": 600, "mark_email_as_verified": False}
        return str(self.api.post("tickets/password-change", body)["ticket"])

    def log_types(self, person: Person) -> set[str]:
        """What the tenant's log has about somebody."""
        return {str(record.get("type")) for record in self.api.get(f"{person.path}/logs", per_page=50)}

    def application(self, **settings: object) -> Application:
        """One that people can sign in to, with the site's database connection."""
        body = {
            "app_type": "regular_web",
            "callbacks": [CALLBACK],
            "grant_types": ["authorization_code"],
            "oidc_conformant": True,
            "jwt_configuration": {"alg": "RS256"},
            **settings,
        }
        answer = self.make(CLIENT, "sign-in", body)
        connections = self.api.get("connections", name=conf.CONNECTION)
        if not connections:
            raise CannotTellError(f"there is no connection {conf.CONNECTION}")
        enabled = [{"client_id": answer["client_id"], "status": True}]
        self.api.patch(f"connections/{connections[0]['id']}/clients", enabled)
        return Application(str(answer["client_id"]), str(answer["client_secret"]))

    @cached_property
    def shared_application(self) -> Application:
        return self.application()

    def machine(self, *scopes: str) -> Application:
        """A machine-to-machine application with these scopes of the Management API, and no others."""
        answer = self.make(CLIENT, "machine", {"app_type": "non_interactive", "grant_types": ["client_credentials"]})
        grant = {"client_id": answer["client_id"], "audience": f"{conf.DOMAIN.url}/api/v2/", "scope": list(scopes)}
        self.api.post("client-grants", grant)
        return Application(str(answer["client_id"]), str(answer["client_secret"]))

    def browser(self) -> HostedPages:
        """A new one, without cookies."""
        self._browsers.append(HostedPages(*conf.domains))
        return self._browsers[-1]

    def shows(self, look: Callable[[], bool], *, within: float = PATIENCE) -> bool:
        """Look until it is so, or the patience is over."""
        for _ in range(int(within / PAUSE)):
            if look():
                return True
            self.pause(PAUSE)
        return look()

    def _made(self, kind: Kind, body: Json) -> Json:
        answer = dict(self.api.post(kind.path, body))
        self.made.append(things.thing_of(kind, answer))
        return answer


def new_password() -> str:
    """One that every policy takes: long, with all four types of characters."""
    return f"{secrets.token_urlsafe(24)}-Aa7"


def claims_of(token: object) -> Json:
    """What a token of the tenant's own answer says; {} where it cannot be read. Nobody signs in with it."""
    try:
        part = str(token).split(".")[1]
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}

"""The verbs, through auth0-python and the Authentication API: our words in, our dataclasses out, our errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from django.utils import timezone

from ..conf import Domain, conf
from ..exceptions import GatewayRefusedError, ThrottledError, UnexpectedAnswerError
from .authentication import CHANGE_EMAIL, TOKEN, fetch_token, send_change_email
from .clock import TenantClock
from .connections import RememberedConnections, options_from
from .deadline import deadline
from .errors import Call, translated
from .exports import (
    DOWNLOAD,
    DOWNLOAD_SECONDS,
    READ_JOB,
    START_EXPORT,
    ExportedUser,
    fetched,
    location_of,
    started,
    users_in,
)
from .keys import READ_KEYS, VERIFY_SECONDS, KeySet, fetch_keys
from .logout_tokens import LogoutToken, logout_token_from
from .logs import READ_LOGS, read_logs
from .pace import InProcessPace, Pace, chosen_pace, current_priority
from .profiles import profile_from
from .revocation import revoke
from .token import ManagementToken
from .types import ChangeEmail, ConnectionOptions, Identity, Revoked, Ticket, UserProfile

if TYPE_CHECKING:
    from datetime import datetime

    from auth0.management import Auth0
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from .client import Client
    from .log_records import LogPage

Answer = TypeVar("Answer")

READ_USER = Call(name="GET /api/v2/users/{id}", about_a_user=True)
UPDATE_USER = Call(name="PATCH /api/v2/users/{id}", changes=True, about_a_user=True)
CREATE_TICKET = Call(name="POST /api/v2/tickets/password-change", changes=True, about_a_user=True)
READ_CONNECTION = Call(name="GET /api/v2/connections")

TICKET_SECONDS = 600
"""How long a change link lives: it goes straight to the browser that asked for it."""


class ManagementGateway:
    """One per process and tenant. Threads share its connections and its token."""

    def __init__(self) -> None:
        self._domain = conf.DOMAIN
        self._issuers = {domain.issuer for domain in conf.domains}
        self._login_client_id = conf.login_client_id
        self._credentials = {
            "client_id": conf.MANAGEMENT_CLIENT_ID,
            "client_secret": conf.MANAGEMENT_CLIENT_SECRET,
            "audience": f"{self._domain.url}/api/v2/",
        }
        self._clock = TenantClock()
        self._own_pace = InProcessPace()
        self._token = ManagementToken(self._fetch_token)
        self._keys = KeySet(self._fetch_keys)
        self._connections = RememberedConnections(self._read_connection)
        self._opening = threading.Lock()
        self._opened: Client | None = None

    def read_user(self, subject: str) -> UserProfile:
        """See `Gateway.read_user`."""
        return self._profile(READ_USER, subject, lambda api: api.users.get(subject))

    def update_app_metadata(self, subject: str, changes: Mapping[str, object]) -> UserProfile:
        """See `Gateway.update_app_metadata`. An empty object would empty the metadata, so it is never sent."""
        if not changes:
            return self.read_user(subject)
        fields = json.loads(json.dumps(dict(changes), allow_nan=False))  # what is no JSON fails here, not on the way
        return self._profile(UPDATE_USER, subject, lambda api: api.users.update(subject, app_metadata=fields))

    def create_change_ticket(self, profile: UserProfile, identity: Identity, *, organization: str = "") -> Ticket:
        """See `Gateway.create_change_ticket`.

        `mark_email_as_verified` stays false: a sign-in proves no mailbox. `client_id` leads back to the site's
        login route and lets the post-challenge Action run (Auth0: POST /api/v2/tickets/password-change).
        """
        fields: dict[str, Any] = {
            "user_id": profile.subject,
            "client_id": self._login_client_id,
            "ttl_sec": TICKET_SECONDS,
            "mark_email_as_verified": False,
        }
        if identity.subject != profile.subject:
            fields["identity"] = {"user_id": identity.user_id, "provider": identity.provider}
        if organization:
            fields["organization_id"] = organization
        return self._call(
            CREATE_TICKET, lambda api: ticket_from(api.tickets.change_password(**fields).ticket, self._domain)
        )

    def send_change_email(self, email: str, *, connection: str, organization: str = "") -> ChangeEmail:
        """See `Gateway.send_change_email`. Where a post-challenge Action is bound, Auth0 demands `client_id`."""
        fields = {"client_id": self._login_client_id, "email": email, "connection": connection}
        fields |= {"organization": organization} if organization else {}
        with deadline(), translated(CHANGE_EMAIL):
            return send_change_email(self._client, fields)

    def revoke_access(self, subject: str, *, before: datetime | None) -> Revoked:
        """See `Gateway.revoke_access`."""
        return revoke(self._call, subject, before)

    def read_connection(self, name: str) -> ConnectionOptions:
        """See `Gateway.read_connection`."""
        return self._connections(name)

    def read_logs(self, after: str, take: int) -> LogPage:
        """See `Gateway.read_logs`."""
        return self._call(READ_LOGS, lambda _api: read_logs(self._client, self._token, after, take))

    def verify_logout_token(self, token: str) -> LogoutToken:
        """See `Gateway.verify_logout_token`. A tenant's keys are the same at both of its hosts."""
        with deadline(at_most=VERIFY_SECONDS):
            return logout_token_from(
                token, self._keys, issuers=self._issuers, audience=self._login_client_id, now=timezone.now()
            )

    def start_export(self) -> str:
        """See `Gateway.start_export`."""
        return self._call(START_EXPORT, started)

    def read_export(self, job: str) -> Iterator[ExportedUser] | None:
        """See `Gateway.read_export`."""
        location = self._call(READ_JOB, lambda api: location_of(api, job, self._domain))
        if not location:
            return None
        with deadline(DOWNLOAD_SECONDS), translated(DOWNLOAD):
            return users_in(fetched(self._client.download, location))

    def _fetch_keys(self) -> Mapping[str, RSAPublicKey]:
        with translated(READ_KEYS):
            return fetch_keys(self._client)

    def _read_connection(self, name: str) -> ConnectionOptions:
        return self._call(READ_CONNECTION, lambda api: found_connection(api, name))

    def _profile(self, call: Call, subject: str, ask: Callable[[Auth0], Any]) -> UserProfile:
        read_at = timezone.now()
        profile = self._call(call, lambda api: profile_from(ask(api), subject, read_at))
        return replace(profile, clock_offset=self._clock.offset)

    def _call(self, call: Call, ask: Callable[[Auth0], Answer]) -> Answer:
        """One Management call; after a 401 once more with a new token, for the keys or the client may have been
        rotated. The token comes first: where there is none, nothing was sent."""
        closed_until = self._pace().closed_until(current_priority())
        if closed_until is not None:
            raise ThrottledError(f"{call.name}: not sent, to keep Auth0's rate", retry_at=closed_until)
        with deadline():
            number = self._token.have()
            try:
                return self._ask(call, ask)
            except GatewayRefusedError as error:
                if error.status != HTTPStatus.UNAUTHORIZED:
                    raise
            self._token.have(after=number)
            return self._ask(call, ask)

    def _ask(self, call: Call, ask: Callable[[Auth0], Answer]) -> Answer:
        with translated(call):
            return ask(self._client.management)

    def _fetch_token(self) -> tuple[str, float]:
        with translated(TOKEN):
            return fetch_token(self._client, self._credentials)[:2]

    def _pace(self) -> Pace:
        return chosen_pace(self._own_pace)

    @property
    def _client(self) -> Client:
        from .client import Client  # noqa: PLC0415 - loads auth0-python and httpx, when Auth0 is first called

        with self._opening:
            if self._opened is None:
                self._opened = Client(self._domain, self._clock, self._token, self._pace)
            return self._opened


def found_connection(api: Auth0, name: str) -> ConnectionOptions:
    """Only a database has options of passwords, so only databases are asked for."""
    pager = api.connections.list(name=name, strategy=["auth0"], fields="name,options", include_fields=True)
    for connection in pager.items or []:
        if connection.name == name:
            return options_from(name, connection.options)
    raise UnexpectedAnswerError("no database connection of that name in the answer")


def ticket_from(url: object, domain: Domain) -> Ticket:
    """A link to any other host is not for a browser of ours. It was made, so no outcome is unknown."""
    if not isinstance(url, str) or not url:
        raise UnexpectedAnswerError("no link in the answer")
    if urlsplit(url)[:2] != (domain.scheme, domain.host):
        raise UnexpectedAnswerError(f"{CREATE_TICKET.name}: the link leads to another host", status=HTTPStatus.CREATED)
    return Ticket(url=url)

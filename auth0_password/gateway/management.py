"""The Management API through auth0-python: our verbs in, our dataclasses out, our errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from django.utils import timezone

from ..conf import conf
from ..exceptions import GatewayRefusedError, UnexpectedAnswerError
from .clock import TenantClock
from .errors import translated
from .token import ManagementToken
from .types import Identity, Ticket, UserProfile, parse_time

if TYPE_CHECKING:
    import httpx
    from auth0.management import Auth0

Answer = TypeVar("Answer")

CONNECT_TIMEOUT, READ_TIMEOUT = 3.0, 5.0
"""Seconds. A person waits for these calls, so they are short; nothing is repeated behind their back."""

TICKET_SECONDS = 600
"""How long a change link lives: it goes straight to the browser that asked for it."""


class ManagementGateway:
    """One per process and tenant. Threads share its connections and its token."""

    def __init__(self) -> None:
        self._domain = conf.DOMAIN
        self._connection = conf.CONNECTION
        self._login_client_id = conf.login_client_id
        self._clock = TenantClock()
        self._token = ManagementToken(
            self._domain,
            conf.MANAGEMENT_CLIENT_ID,
            conf.MANAGEMENT_CLIENT_SECRET,
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
        )

    def read_user(self, subject: str) -> UserProfile:
        """See `Gateway.read_user`."""
        read_at = timezone.now()
        answer = self._call("GET /api/v2/users/{id}", lambda api: api.users.get(subject))
        profile = profile_from(answer.model_dump(by_alias=True, exclude_none=True), read_at)
        if profile.subject != subject:
            raise UnexpectedAnswerError("GET /api/v2/users/{id}: the answer is about somebody else")
        return replace(profile, clock_offset=self._clock.offset)

    def create_change_ticket(self, profile: UserProfile, identity: Identity) -> Ticket:
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
        answer = self._call("POST /api/v2/tickets/password-change", lambda api: api.tickets.change_password(**fields))
        return Ticket(url=self._ticket_url(answer.ticket))

    def _ticket_url(self, url: object) -> str:
        if not isinstance(url, str) or urlsplit(url)[:2] != (self._domain.scheme, self._domain.host):
            raise UnexpectedAnswerError("POST /api/v2/tickets/password-change: no link of this tenant in the answer")
        return url

    def _call(self, name: str, call: Callable[[Auth0], Answer]) -> Answer:
        """One call; after a 401 once more with a new token, for the keys or the client may have been rotated."""
        try:
            with translated(name):
                return call(self._api)
        except GatewayRefusedError as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
        self._token.forget()
        with translated(name):
            return call(self._api)

    @cached_property
    def _api(self) -> Auth0:
        import httpx  # noqa: PLC0415 - loaded when Auth0 is first called
        from auth0.management import Auth0  # noqa: PLC0415

        client = httpx.Client(
            timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
            event_hooks={"request": [note_the_time], "response": [self._measure]},
        )
        return Auth0(base_url=f"{self._domain.url}/api/v2", token=self._token, httpx_client=client, max_retries=0)

    def _measure(self, response: httpx.Response) -> None:
        self._clock.measure(response.headers.get("date"), response.request.extensions["sent_at"])


def note_the_time(request: httpx.Request) -> None:
    """Note when a request is sent, for the measure that its answer brings."""
    request.extensions["sent_at"] = timezone.now()


def profile_from(answer: dict[str, Any], read_at: datetime) -> UserProfile:
    """A profile from the Management API's JSON. Absent keys are normal; wrong types raise `UnexpectedAnswerError`."""
    subject, metadata, rows = answer.get("user_id"), answer.get("app_metadata", {}), answer.get("identities")
    if not isinstance(subject, str) or not subject or not isinstance(metadata, dict) or not rows:
        raise UnexpectedAnswerError("the user's profile cannot be understood")
    return UserProfile(
        subject=subject,
        read_at=read_at,
        email=answer.get("email", ""),
        email_verified=answer.get("email_verified") is True,
        blocked=answer.get("blocked") is True,
        identities=tuple(identity_from(row) for row in rows),
        app_metadata=metadata,
        last_password_reset=parse_time(answer.get("last_password_reset")),
    )


def identity_from(row: dict[str, Any]) -> Identity:
    """One element of a profile's `identities`. A provider's `user_id` may be a number."""
    provider, connection, user_id = row.get("provider"), row.get("connection"), row.get("user_id")
    if not isinstance(provider, str) or not isinstance(connection, str) or not user_id:
        raise UnexpectedAnswerError("an identity in the user's profile cannot be understood")
    profile = row.get("profileData") or {}
    return Identity(
        provider=str(provider),
        connection=connection,
        user_id=str(user_id),
        email=str(profile.get("email", "")),
    )

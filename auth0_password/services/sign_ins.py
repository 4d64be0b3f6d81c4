"""What a sign-in at Auth0 is asked for: it travels from the page that sends off to the callback that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

MAX_NEXT = 2000
"""Characters of a destination that are carried along; a longer one is dropped."""

A_YEAR = 31_536_000
"""`max_age` of ordinary sign-ins: never forces anybody out of SSO, but makes Auth0 send `auth_time`
(Auth0: max-age-reauthentication)."""

MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
"""`acr_values` that asks for a second factor; honoured where a policy or an Action does (Auth0: step-up)."""


@dataclass(frozen=True, kw_only=True)
class SignInAsked:
    """One trip to `/authorize`. Kept server-side in the session under its `state`, never in the browser's hands.

    `subject` is whom the callback must bring back (empty: anybody), `organization` within which one. `for_change` asks
    for a fresh proof that it is them, and a ticket; `acr_values` asks for a second factor; `again` marks the one
    repetition after an SSO session that is older than the last change.
    """

    next: str = ""
    prompt: str = ""
    max_age: int = A_YEAR
    login_hint: str = ""
    connection: str = ""
    subject: str = ""
    organization: str = ""
    acr_values: str = ""
    for_change: bool = False
    again: bool = False

    def parameters(self) -> dict[str, str]:
        """The query parameters of `/authorize` that this sign-in adds (OIDC Core §3.1.2.1; Auth0: `connection`)."""
        wanted = {
            "prompt": self.prompt,
            "max_age": str(self.max_age),
            "login_hint": self.login_hint,
            "connection": self.connection,
            "organization": self.organization,
            "acr_values": self.acr_values,
        }
        return {name: value for name, value in wanted.items() if value}

    def to_session(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_session(cls, data: object) -> Self:
        """What was kept under the state; a plain sign-in where nothing was."""
        known = {field.name for field in fields(cls)}
        return (
            cls(**{name: value for name, value in data.items() if name in known})
            if isinstance(data, Mapping)
            else cls()
        )

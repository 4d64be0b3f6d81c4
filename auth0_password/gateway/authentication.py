"""The Authentication API: the Management client's token, and the mail with a link for a new password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone

from ..exceptions import GatewayRefusedError, UnexpectedAnswerError, VerificationRequiredError
from .errors import Call
from .limits import allowance_of
from .types import ChangeEmail

if TYPE_CHECKING:
    import httpx

    from .client import Client

TOKEN = Call(name="POST /oauth/token")
CHANGE_EMAIL = Call(name="POST /dbconnections/change_password", changes=True)

PRINTABLE = re.compile(r"[\x21-\x7e]+")

LONGEST_LIFE = 30 * 86_400
"""Seconds; the longest that Auth0 lets an API choose for its tokens."""

SENTENCE = re.compile(r'\s*"?\w')
"""How a text for people begins, unlike a page (the answer is recorded as `text/html`) or a JSON object."""


class Granted(NamedTuple):
    """`life` is in seconds; `scopes` is what Auth0 says that the token may do."""

    token: str
    life: float
    scopes: frozenset[str]

    def __repr__(self) -> str:
        return "<Granted>"


def fetch_token(client: Client, fields: Mapping[str, str]) -> Granted:
    """A token by the client credentials grant (Auth0: POST /oauth/token)."""
    response = client.post("/oauth/token", form={"grant_type": "client_credentials", **fields})
    if not response.is_success:
        raise TOKEN.answered(response.status_code, response.headers, None)
    answer = response.json()
    token, life = (answer.get("access_token"), answer.get("expires_in")) if isinstance(answer, dict) else (None, None)
    is_token = isinstance(token, str) and PRINTABLE.fullmatch(token)
    if is_token and isinstance(life, (int, float)) and not isinstance(life, bool) and life > 0:
        scopes = answer.get("scope")
        return Granted(
            str(token),
            float(min(life, LONGEST_LIFE)),
            frozenset(scopes.split() if isinstance(scopes, str) else ()),
        )
    raise UnexpectedAnswerError("no access token in the answer")


def send_change_email(client: Client, fields: Mapping[str, str]) -> ChangeEmail:
    """Ask for the mail. A 404, which is documented, says no more than the usual 200 does: whether an address is known
    must not show."""
    response = client.post("/dbconnections/change_password", json=fields)
    if response.is_success and not SENTENCE.match(response.text):
        raise UnexpectedAnswerError("no sentence in the answer")
    if not response.is_success and response.status_code != HTTPStatus.NOT_FOUND:
        raise refusal(response)
    allowance = allowance_of(response.status_code, response.headers, timezone.now())
    return ChangeEmail(retry_at=allowance.resets_at if allowance and not allowance.remaining else None)


def refusal(response: httpx.Response) -> Exception:
    """`requires_verification` comes from Auth0's own SDKs, its status is not documented; a 400 is about our request,
    such as an application that is not enabled for the connection."""
    error = CHANGE_EMAIL.answered(response.status_code, response.headers, None)
    if HTTPStatus.BAD_REQUEST <= response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        if code_of(response) == "requires_verification":
            return VerificationRequiredError(str(error), status=error.status)
        if response.status_code == HTTPStatus.BAD_REQUEST:
            return GatewayRefusedError(str(error), status=error.status)
    return error


def code_of(response: httpx.Response) -> object:
    """The error's code: `error` in OAuth's shape, `code` in that of the database endpoints; None in any other."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return None
    return body.get("error") or body.get("code") if isinstance(body, dict) else None

"""`backchannel-logout/`: OpenID Connect Back-Channel Logout 1.0."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs

from django.http import HttpRequest

from ..exceptions import NotGenuineError
from ..gateway import get_gateway
from ..services.pushes import take_logout
from .base import Receiver

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 10


class BackchannelLogoutView(Receiver):
    """200 for any genuine token, whoever it is about: the logout of a session that has ended is a success (§2.7)."""

    taken = HTTPStatus.OK

    def take(self, request: HttpRequest) -> None:
        if request.content_type != FORM:
            raise NotGenuineError("content type")
        take_logout(get_gateway().verify_logout_token(token_from(self.body_of(request))))


def token_from(body: bytes) -> str:
    """The one `logout_token` of a form."""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise NotGenuineError("form") from None
    tokens = fields.get("logout_token", [])
    if len(tokens) != 1:
        raise NotGenuineError("form")
    return tokens[0]

"""What receivers have in common: no session, no CSRF token, no transaction, a body of bounded size, and answers that
tell nothing of why, or about whom."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from ..decorators import outside_transactions, password_reset_exempt
from ..exceptions import ConflictError, GatewayError, NotGenuineError

logger = logging.getLogger("auth0_password")
security = logging.getLogger("auth0_password.security")


class TooLongError(Exception):
    """The body is longer than any that is meant for us."""


@method_decorator([outside_transactions, login_not_required, password_reset_exempt, csrf_exempt], name="dispatch")
class Receiver(View):
    """One address that a machine posts to. `take` gets a request that is read no further than its headers.

    `NotGenuineError` is answered with 400: it will never be taken. What may pass (the database, Auth0) is 503, so that
    it is sent again.
    """

    http_method_names = ["post"]
    longest = 256 * 1024
    taken = HTTPStatus.NO_CONTENT

    def is_open(self) -> bool:
        """Whether the site has set what its senders prove themselves with."""
        return True

    def take(self, request: HttpRequest) -> None:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request) if self.is_open() else HttpResponse(status=HTTPStatus.NOT_FOUND)
        response["Cache-Control"] = "no-store"
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            self.take(request)
        except NotGenuineError as error:
            security.warning("%s was refused: %s", type(self).__name__, error)
            return HttpResponse(status=HTTPStatus.BAD_REQUEST)
        except TooLongError:
            return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except (Error, ConflictError, GatewayError) as error:
            logger.warning("%s has to be sent again: %s", type(self).__name__, type(error).__name__)
            return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return HttpResponse(status=self.taken)

    def body_of(self, request: HttpRequest) -> bytes:
        """The raw body, read no further than `longest`. Raises `TooLongError`, or `NotGenuineError` where it breaks
        off."""
        try:
            if int(request.META.get("CONTENT_LENGTH") or 0) > self.longest:
                raise TooLongError
            body = request.read(self.longest + 1)
        except (UnreadablePostError, ValueError):
            raise NotGenuineError("the body breaks off") from None
        if len(body) > self.longest:
            raise TooLongError
        return body

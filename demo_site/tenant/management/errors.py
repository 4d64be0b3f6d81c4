"""The Management API's error envelope."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse

if TYPE_CHECKING:
    from demo_site.tenant.records import Json


class ApiError(Exception):
    """``errorCode`` is often missing at Auth0, so it is here."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code

    @property
    def body(self) -> Json:
        body: Json = {
            "statusCode": self.status,
            "error": HTTPStatus(self.status).phrase,
            "message": self.message,
        }
        return body | ({"errorCode": self.code} if self.code else {})

    def response(self) -> JsonResponse:
        return JsonResponse(self.body, status=self.status)


def unauthorized(message: str) -> ApiError:
    return ApiError(401, message)


def invalid_body(reason: str) -> ApiError:
    return ApiError(400, f"Payload validation error: {reason}.", "invalid_body")


def inexistent_user() -> ApiError:
    return ApiError(404, "The user does not exist.", "inexistent_user")


def no_content() -> HttpResponse:
    """204 names a content type all the same (recorded)."""
    return HttpResponse(status=204, content_type="application/json; charset=utf-8")

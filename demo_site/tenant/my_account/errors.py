"""The My Account API's errors: problem details (RFC 9457) with Auth0's own member for fields."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import JsonResponse

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

TYPE = "https://auth0.com/api-errors#A0E-{status}-0001"


class ProblemError(Exception):
    """``field`` is the one that the problem is about."""

    def __init__(self, status: int, detail: str, field: str = "", *, title: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.title = title or HTTPStatus(status).phrase

    def response(self) -> JsonResponse:
        body: Json = {
            "type": TYPE.format(status=self.status),
            "status": self.status,
            "title": self.title,
            "detail": self.detail,
        }
        if self.field:
            problem = {"detail": self.detail, "field": self.field, "pointer": f"/{self.field}", "source": "body"}
            body["validation_errors"] = [problem]
        return JsonResponse(body, status=self.status)

"""What error reports show of a request that passes tokens or tickets on. Django mails one for every answer of 500 or
more, a page of ours among them, with the query and the form as they came."""

from __future__ import annotations

from collections.abc import ItemsView
from http import HTTPStatus
from types import FrameType
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.views.debug import SafeExceptionReporterFilter

from .openness import carries_secrets


class NothingShown(SafeExceptionReporterFilter):
    """No variables, no form, no headers: the `Referer` of a form holds the query of its page."""

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        return {}.items()

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        return {}


def discreet(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The response; if a report will follow it, without the request's query."""
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and carries_secrets(request):
        forget_query(request)
    return response


def forget_query(request: HttpRequest) -> None:
    """Reports take it from the request, whatever their filter says."""
    request.GET = QueryDict()
    request.META = {**request.META, "QUERY_STRING": ""}

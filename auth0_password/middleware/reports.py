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
    """The response; where Django will log the request or report it, without what must not be seen of it."""
    if response.status_code >= HTTPStatus.BAD_REQUEST and carries_secrets(request):
        forget_secrets(request)
    return response


def forget_secrets(request: HttpRequest) -> None:
    """Logs and reports take the path and the query from the request, whatever their filter says."""
    match = request.resolver_match
    token = str(match.kwargs.get("token", "")) if match else ""
    if token:
        request.path, request.path_info = (path.replace(token, "…") for path in (request.path, request.path_info))
    request.GET = QueryDict()
    request.META = {**request.META, "QUERY_STRING": "", "PATH_INFO": request.path_info}

"""Errors shown to a person, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect

from demo_site.tenant.pages.rendering import page

if TYPE_CHECKING:
    from django.http import HttpRequest


class PageError(Exception):
    """``go_to`` is taken instead of the page where there is somewhere better to be."""

    def __init__(self, status: int, code: str, words: str, *, go_to: str | None = None) -> None:
        super().__init__(code, words)
        self.status = status
        self.code = code
        self.words = words
        self.go_to = go_to

    def response(self, request: HttpRequest) -> HttpResponse:
        if self.go_to:
            return HttpResponseRedirect(self.go_to)
        return page(request, "error.html", {"code": self.code, "words": self.words}, status=self.status)

"""Somebody's browser, at the site under WSGI or under ASGI: the same words for both."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.http import HttpResponseBase
from django.test import AsyncClient, Client

from tests.surroundings.site import CANARY

WAY_OUT = "/change/"
"""In the address of every way to a new password, in whatever language the page is."""


class Visitor:
    """A test client of either kind. Errors of a view become pages, as in production."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.client: Any = {"wsgi": Client, "asgi": AsyncClient}[kind](raise_request_exception=False)

    def open(self, url: str, method: str = "GET", **more: Any) -> HttpResponseBase:
        return self._ask("generic", method, url, **more)

    def post(self, url: str, data: dict[str, str]) -> HttpResponseBase:
        return self._ask("post", url, data)

    def _ask(self, verb: str, *words: Any, **more: Any) -> HttpResponseBase:
        if self.kind == "wsgi":
            return getattr(self.client, verb)(*words, **more)

        async def ask() -> HttpResponseBase:
            return await getattr(self.client, verb)(*words, **more)

        return async_to_sync(ask)()

    def body(self, answer: HttpResponseBase) -> str:
        """What arrives, streamed or not."""
        if not answer.streaming:
            return answer.content.decode()
        if answer.is_async:
            return async_to_sync(collect)(answer).decode()
        return b"".join(answer.streaming_content).decode()

    def sees(self, url: str, **more: Any) -> str:
        return self.body(self.open(url, **more))

    def is_held_back(self, url: str, method: str = "GET", **more: Any) -> HttpResponseBase:
        """Led to the way out: no canary, nothing cached, and the way out opens at once."""
        answer = self.open(url, method, **more)
        assert answer.status_code == 303, (url, answer.status_code)
        assert "no-store" in answer["Cache-Control"]
        assert CANARY not in self.body(answer)
        target = urlsplit(answer["Location"])
        assert target.path.endswith("/required/")
        way_out = self.open(answer["Location"], **more)
        assert way_out.status_code == 200, (answer["Location"], way_out.status_code)
        assert WAY_OUT in self.body(way_out)
        assert "no-store" in way_out["Cache-Control"]
        return answer


async def collect(answer: HttpResponseBase) -> bytes:
    return b"".join([part async for part in answer.streaming_content])

"""One request and its answer, as they go over the wire."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def raw_path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def path(self) -> str:
        """Percent-decoded once, so auth0%7Cabc names auth0|abc and auth0%257Cabc does not."""
        return unquote_to_bytes(self.raw_path).decode("utf-8", "replace")


@dataclass
class Answer:
    status: int
    headers: Headers
    body: bytes
    cut_to: int | None = None


class Application:
    """Django, called without a socket."""

    def __init__(self, port: int, scheme: str) -> None:
        self._wsgi: Callable[..., Any] = get_wsgi_application()
        _ = get_resolver().url_patterns  # loads every view, before anybody waits for one
        self._port = port
        self._scheme = scheme

    def __call__(self, asked: Asked) -> Answer:
        head: list[Any] = []
        body = self._wsgi(self._environ(asked), lambda status, headers: head.extend((status, headers)))
        try:
            content = b"".join(body)
        finally:
            body.close()
        return Answer(int(head[0].split(" ", 1)[0]), head[1], content)

    def _environ(self, asked: Asked) -> dict[str, Any]:
        environ = {
            "REQUEST_METHOD": asked.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(asked.raw_path).decode("latin-1"),
            "QUERY_STRING": asked.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self._port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": asked.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(asked.body)),
            "wsgi.input": io.BytesIO(asked.body),
            "wsgi.url_scheme": self._scheme,
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        return environ | _http_variables(asked.headers)


def _http_variables(headers: Message) -> dict[str, str]:
    """A name with an underscore could pass for another header (as Django's own server treats it)."""
    return {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in headers.items()
        if "_" not in name and name.lower() not in ("content-type", "content-length")
    }

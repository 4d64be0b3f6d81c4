"""What carries every request: kept connections, a deadline to the last byte, a body of bounded size, no redirects.

Loaded by the first call only. httpx's own time-outs start anew with every packet; so this one speaks to httpcore.
"""

from __future__ import annotations

import socket
from time import monotonic
from typing import IO, Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from ..conf import Domain
from . import deadline

MAX_BODY = 2**20
"""Bytes. A longer answer is cut to nothing, which nobody takes for an answer."""

MAX_FILE = 2**29
"""Bytes of a download."""

KEEP_ALIVE = 15.0
"""Seconds that an idle connection is kept: shorter than common servers and load balancers keep theirs."""


class Transport(httpx.BaseTransport):
    """Thread-safe. Raises httpcore's exceptions, which tell what was sent from what was not."""

    def __init__(self, domain: Domain) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context() if domain.scheme == "https" else None,
            proxy=proxy_for(domain),
            max_connections=100,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=Network(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"pool": deadline.time_left()}},
            )
        )
        try:
            body = self._body(answer)
        finally:
            answer.close()
        # We ask for nothing packed. What is packed all the same stays so: a small body may unpack to a huge one.
        headers = [(name, value) for name, value in answer.headers if name.lower() != b"content-encoding"]
        return httpx.Response(answer.status, headers=headers, content=body)

    def download(self, url: str, file: IO[bytes]) -> int:
        """Write the answer's body into a file as it comes. Returns its status; no redirect is followed."""
        extensions = {"timeout": {"pool": deadline.time_left()}}
        with self._pool.stream("GET", url, extensions=extensions) as answer:
            for part in answer.iter_stream():
                if file.tell() + len(part) > MAX_FILE:
                    raise httpcore.ProtocolError("too long")
                file.write(part)
            return answer.status

    def close(self) -> None:
        self._pool.close()

    @staticmethod
    def _body(answer: httpcore.Response) -> bytes:
        body = b""
        for part in answer.iter_stream():
            body += part
            if len(body) > MAX_BODY:
                return b""
        return body


def proxy_for(domain: Domain) -> httpcore.Proxy | None:
    """The proxy that the environment names for this host (HTTPS_PROXY, NO_PROXY), as httpx and requests find it."""
    url = getproxies().get(domain.scheme)
    if not url or proxy_bypass(domain.host):
        return None
    proxy = httpx.Proxy(url)
    return httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth)


class Network(httpcore.NetworkBackend):
    """Connections whose every wait ends at the deadline."""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.NetworkStream:
        """Try the host's addresses in turn. Each has its share of the time: the first may be a black hole."""
        ends_at = monotonic() + min(deadline.TIMEOUTS.connect, deadline.time_left())
        addresses = addresses_of(host, port)
        error: Exception = httpcore.ConnectTimeout()
        for number, address in enumerate(addresses):
            share = (ends_at - monotonic()) / (len(addresses) - number)
            if share <= 0:
                break
            try:
                return Stream(self._sockets.connect_tcp(address, port, timeout=share))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error


def addresses_of(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return [str(address[0]) for *_, address in found]


class Stream(httpcore.NetworkStream):
    """A connection. What httpcore passes as a time-out is left aside: it would start anew with every packet."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=time_left_or(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=time_left_or(httpcore.WriteTimeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Stream:
        wait = min(deadline.TIMEOUTS.connect, time_left_or(httpcore.ConnectTimeout))
        return Stream(self._stream.start_tls(ssl_context, server_hostname, wait))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def time_left_or(error: type[Exception]) -> float:
    """Seconds until the deadline; `error` once it has passed (0 would mean "do not wait" to a socket)."""
    left = deadline.time_left()
    if not left:
        raise error
    return left

"""A threaded keep-alive HTTP/1.1 server on loopback: one write per answer, faults played on the way."""

from __future__ import annotations

import gc
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import django

from demo_site.tenant import certificate, keys
from demo_site.tenant.clock import clock
from demo_site.tenant.exchange import Answer, Application, Asked
from demo_site.tenant.faults import faults, play
from demo_site.tenant.pushes import postman
from demo_site.tenant.requests_log import requests_log
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from pathlib import Path

    from demo_site.tenant.records import Json

CONTROL = "/_control/"
ANSWER_BUFFER = 2**22
LONGEST_BODY = 2**20
# A seed may be of many users.
LONGEST_CONTROL_BODY = 2**26
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class TenantServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    application: Application
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        """The handshake is left to the thread that answers: who is slow holds up nobody else."""
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up waiting, or trusts no certificate of ours, is no error of the tenant's."""
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: TenantServer
    protocol_version = "HTTP/1.1"
    server_version = "local-tenant"
    sys_version = ""
    # Head and body leave together: written apart, Nagle and delayed ACK cost 40 ms a request.
    disable_nagle_algorithm = True
    wbufsize = ANSWER_BUFFER

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_") and name[3:] in METHODS:
            return self.exchange
        raise AttributeError(name)

    def exchange(self) -> None:
        asked = Asked(self.command, self.path, self.headers, self._read_body())
        answer = self._control(asked) if asked.path.startswith(CONTROL) else self._play(asked)
        if answer is None:
            self.close_connection = True
        else:
            self._write(answer)

    def _control(self, asked: Asked) -> Answer:
        return self.server.application(asked)

    def _play(self, asked: Asked) -> Answer | None:
        at = clock.now()
        answer = play(faults.take(asked.method, asked.path), asked, self.server.application)
        requests_log.add(asked, answer.status if answer else None, at)
        return answer

    def _read_body(self) -> bytes:
        """What is too long is left unread, and with it the connection."""
        length = int(self.headers.get("Content-Length") or 0)
        longest = LONGEST_CONTROL_BODY if self.path.startswith(CONTROL) else LONGEST_BODY
        if length > longest:
            self.close_connection = True
        return self.rfile.read(min(length, longest))

    def _write(self, answer: Answer) -> None:
        body = b"" if self.command == "HEAD" else answer.body
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.cut_to is not None:
            body, self.close_connection = body[: answer.cut_to], True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(clock.now() if timestamp is None else timestamp)

    def log_message(self, *_args: Any) -> None:
        """GET /_control/requests is the log."""


def serve(
    address: tuple[str, int], seed: Json, state: Path | None, *, loopback_login_route: bool, https: bool
) -> None:
    """Listen, say so in one line, and answer until interrupted."""
    django.setup()
    with TenantServer(address, Handler) as server:
        host, port = address[0], server.server_address[1]
        store.base_url = f"{'https' if https else 'http'}://{host}:{port}"
        store.loopback_login_route = loopback_login_route
        with ThreadPoolExecutor() as beside:
            key = beside.submit(keys.generate)
            server.application = Application(port, store.scheme)
            store.open(seed, state, key.result)
        ready = f"local tenant ready on {store.base_url}/"
        if https:
            server.tls, file = certificate.prepared(_names(host), state)
            ready = f"{ready}\nto be trusted with {file}"
        postman.start()
        gc.freeze()
        gc.enable()
        print(ready, flush=True)
        server.serve_forever()


def _names(host: str) -> list[str]:
    own = (store.state.custom_domain or "").partition(":")[0]
    return [host, "localhost", *([own] if own else [])]

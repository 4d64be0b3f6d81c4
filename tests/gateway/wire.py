"""A server on loopback that answers as it is told, byte for byte, and counts connections and requests."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.utils import formatdate

TOKEN_PATH, MAIL_PATH = "/oauth/token", "/dbconnections/change_password"
TOKEN = {"access_token": "token-that-must-not-leak", "expires_in": 86_400, "token_type": "Bearer"}
SECRET = "something-that-must-not-leak"


class Answer:
    """One answer: `parts` are sent one after the other, each after `pause` seconds; `drop` sends nothing at all."""

    def __init__(self, *parts: bytes, pause: float = 0.0, close: bool = False) -> None:
        self.parts, self.pause, self.close = parts, pause, close or not parts


def http(status: int, body: bytes, *, length: int | None = None, **headers: str) -> bytes:
    named = {"Date": formatdate(usegmt=True), "Content-Type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"Content-Length": str(len(body) if length is None else length)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def answer(status: int = 200, body: object = None, **headers: str) -> Answer:
    """A whole answer; a body that is no text is sent as JSON."""
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return Answer(http(status, text if isinstance(text, bytes) else text.encode(), **headers))


class Wire:
    """`script[pattern]` answers requests whose "METHOD /path" it matches; later entries go first."""

    def __init__(self, wrap: Callable[[socket.socket], socket.socket] = lambda it: it) -> None:
        self.connections, self.asked, self._wrap = 0, [], wrap
        self.bodies: list[tuple[str, bytes]] = []
        self.script: dict[str, Answer | Callable[[], Answer]] = {}
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self._listener.close()

    def count(self, pattern: str) -> int:
        return sum(bool(re.match(pattern, asked)) for asked in self.asked)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), self._wrap(connection) as stream:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for asked in self._requests(stream):
                told = next(value for key, value in reversed(self.script.items()) if re.match(key, asked))
                told = told() if callable(told) else told
                for part in told.parts:
                    if told.pause and self._stopping.wait(told.pause):
                        return
                    stream.sendall(part)
                if told.close:
                    return

    def _requests(self, stream: socket.socket) -> Iterator[str]:
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                more = stream.recv(65_536)
                if not more:
                    return
                received += more
            head, _, received = received.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            while length and len(received) < int(length[1]):
                received += stream.recv(65_536)
            body, received = received[: int(length[1])] if length else b"", received[int(length[1]) if length else 0 :]
            asked = head.split(b" HTTP/")[0].decode()
            self.asked.append(asked)
            self.bodies.append((asked, head + b"\n" + body))
            yield asked

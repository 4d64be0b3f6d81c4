"""A mail server that can be down, silent, slow, or gone before it confirms."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """`mode`: "well", "silent" (takes calls, says nothing), "busy" (421), "slow", "lost" (takes the mail, and hangs up
    before it says so)."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.mode = "well"
        self.taken: list[str] = []
        self.closing = threading.Event()


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.mode == "silent":
            self.server.closing.wait(30)
        elif self.server.mode == "busy":
            self.say("421 too busy")
        else:
            self.say("220 here")
            for line in self.rfile:
                if not self.answer(line.decode().strip().upper()):
                    return

    def answer(self, asked: str) -> bool:
        if asked != "DATA":
            self.say("221 bye" if asked == "QUIT" else "250 well")
            return asked != "QUIT"
        self.say("354 go on")
        self.server.taken.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
        if self.server.mode == "lost":
            return False
        self.say("250 taken")
        return True

    def say(self, text: str) -> None:
        time.sleep(0.15 if self.server.mode == "slow" else 0)
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()

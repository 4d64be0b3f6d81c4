"""Ways to spell a request so that somebody takes a closed page for an open one (REQUIREMENTS BYP-02 to -05)."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

HOST = "127.0.0.1"
CLOSED = ["/closed/", "/async/closed/", "/re/closed", "/loans/"]
OPEN = ["/account/required/", "/account/login/", "/static/demo/library.css", "/account/sign-out/"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW", "get"]
SPELLINGS = r"""
    {closed} /{closed} //{closed} /.{closed} /a/..{closed} /%2e{closed} /a/%2e%2e{closed} /%2f{closed} /%5c{closed}
    \{closed} {closed};v=1 {closed}%3bv=1 {closed}%00 {closed}%0a {closed}%0d%0a {closed}%20 {closed}%09 {closed}/
    {closed}.css {closed}? {closed}# {bare} {upper} {title} {encoded} {twice} {cyrillic} {fullwidth}
    {closed}%c0%af /%c0%ae%c0%ae{closed} {closed}%ff /%u002e{closed}
    http://127.0.0.1{closed} http://127.0.0.1:{port}{closed} http://evil.example{closed} HTTP://localhost{closed}
    //127.0.0.1{closed} {authority} * /
    {closed}?next={open} {closed}?{open} {closed}#{open} {closed}%3f{open} {closed}%23{open} {closed}..{open}
    {closed}../..{open} {closed}%00{open} {closed};{open} {closed}%0a{open}
    {open}..{closed} {open}../..{closed} {open}../../..{closed} {open}%2e%2e{closed} {open}..%2f..%2f{closed}
    {open};{closed} {open}%00{closed} {open}%0a{closed} {open}?x={closed}/../ {open}{closed} {open}/{closed}
    /x{open} {open}x /{open}x/ {openbare}{closed} {openupper} {open}index /static/{closed} /static/../{closed}
"""
SHAPES = SPELLINGS.split()
LINES = """
X-Original-URL: {open}
X-Rewrite-URL: {open}
X-HTTP-Method-Override: OPTIONS
X-HTTP-Method-Override: HEAD
X-Method-Override: LOGOUT
Referer: http://127.0.0.1:{port}{open}
X-Forwarded-Prefix: {openbare}
X-Forwarded-Path: {open}
X-Forwarded-Uri: {open}
X-Script-Name: /static
SCRIPT_NAME: {openbare}
SCRIPT-NAME: /static
PATH_INFO: {open}
REQUEST_URI: {open}
X-Forwarded-Host: localhost
Accept: application/json
Accept: image/*
HX-Request: true
Sec-Fetch-Dest: image
If-None-Match: *
If-Modified-Since: Fri, 20 Nov 2037 09:00:00 GMT
Range: bytes=0-9
Purpose: prefetch
Upgrade: websocket
Authorization: Bearer x
X-User: alice
Remote-User: alice
Cookie: library_session=none
Expect: 100-continue
"""
HEADERS = LINES.splitlines()


@dataclass(frozen=True)
class Vector:
    """One way to spell one request."""

    shape: str = "{closed}"
    closed: str = CLOSED[0]
    open: str = OPEN[0]
    method: str = "GET"
    header: str = ""

    def request(self, port: int, cookie: str) -> bytes:
        words = self._words(port)
        lines = [
            f"{self.method} {self.shape.format(**words)} HTTP/1.1",
            f"Host: {HOST}:{port}",
            f"Cookie: library_session={cookie}",
            "Connection: close",
            *([self.header.format(**words)] if self.header else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def _words(self, port: int) -> dict[str, object]:
        closed = self.closed
        return {
            "closed": closed,
            "bare": closed.rstrip("/"),
            "upper": closed.upper(),
            "title": closed.title(),
            "encoded": "/" + "".join(f"%{ord(letter):02x}" for letter in closed[1:]),
            "twice": closed.replace("e", "%2565"),
            "cyrillic": closed.replace("o", "%d0%be"),
            "fullwidth": closed.replace("o", "\N{FULLWIDTH LATIN SMALL LETTER O}"),
            "open": self.open,
            "openbare": self.open.rstrip("/"),
            "openupper": self.open.upper(),
            "authority": f"{HOST}:{port}",
            "port": port,
        }


def one_by_one() -> Iterator[Vector]:
    """Each trick on its own."""
    for shape, closed in itertools.product(SHAPES, CLOSED[:3]):
        yield Vector(shape=shape, closed=closed)
    for method, closed in itertools.product(METHODS, CLOSED[:2]):
        yield Vector(method=method, closed=closed)
    for header, closed in itertools.product(HEADERS, CLOSED[:2]):
        yield Vector(header=header, closed=closed)
    for open_page, closed in itertools.product(OPEN, CLOSED[:3]):
        yield Vector(shape="{openbare}{closed}", closed=closed, open=open_page, header="SCRIPT_NAME: {openbare}")


def combined(count: int) -> Iterator[Vector]:
    """All tricks with all others, as many as asked for, always the same ones."""
    every = list(itertools.product(SHAPES, CLOSED, OPEN, METHODS, HEADERS))
    for words in random.Random(4405).sample(every, count):  # noqa: S311 - a sample
        yield Vector(*words)

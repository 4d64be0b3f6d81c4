"""Somebody in front of the site while Auth0 misbehaves; what they see, and what nobody may see."""

from __future__ import annotations

import json
import logging
import pickle
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import requests
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import connection, transaction

from auth0_password.backends import Auth0PasswordBackend
from auth0_password.gateway import client as _loaded_before_anybody_waits  # noqa: F401 - it takes a second
from auth0_password.gateway import deadline, set_gateway, token
from auth0_password.gateway.transport import Transport
from auth0_password.services import connections
from tests.faults.misbehaviour import CANARY, EXCHANGE, IN_VAIN_S, KEYS, TOKEN, Call, Fault
from tests.stories.people import ALICE, ALICES, BOB, TEMPORARY, type_password
from tests.support.browser import Browser
from tests.support.page import Page
from tests.support.tenant import LocalTenant

PASSWORDS = {"Bob": (BOB, TEMPORARY), "Alice": (ALICE, ALICES)}
KNOWN = {CANARY, TEMPORARY, ALICES, "local-only-login-secret", "local-only-management-secret"}
SECRET_KEYS = ("access_token", "id_token", "refresh_token", "ticket")
RETRY_S = 61
"""Later than every time that the faults name, and than every pause of ours."""


@dataclass
class Scene:
    """`who` sits at `browser`, and began at a page when there were `mails_before`. `told` is what a step without a
    page has to say; `app` is the refresh token of their telephone's."""

    site: str
    tenant: LocalTenant
    settings: object
    monkeypatch: pytest.MonkeyPatch
    who: str = ""
    browser: Browser = field(default_factory=Browser)
    began_at: Page = field(default_factory=Page)
    mails_before: int = 0
    told: str = ""
    app: str = ""
    times: ExitStack = field(default_factory=ExitStack)

    @property
    def loans(self) -> str:
        return f"{self.site}/loans/"

    @property
    def address(self) -> str:
        return PASSWORDS[self.who][0]

    @property
    def password(self) -> str:
        return PASSWORDS[self.who][1]

    def mails_since(self) -> int:
        return len(self.tenant.mails()) - self.mails_before

    def sign_in(self, url: str = "", *, browser: Browser | None = None) -> None:
        """Open a closed page and sign in as far as that leads; the tenant may still know who it is."""
        browser = browser or self.browser
        browser.get(url or self.loans)
        if browser.page.h1 in {"Sign in to go on", "Sign in again"}:
            browser.submit("Sign in")
        if browser.page.url.startswith(f"{self.tenant.base_url}/u/login"):
            type_password(browser, self.address, self.password)

    def later(self) -> None:
        """Auth0 is back, and a minute has passed. (time-machine leaves the monotonic clock alone.)"""
        self.tenant.clear_faults()
        self.monkeypatch.undo()
        self.monkeypatch.setattr(token, "PAUSE", 0)
        connections._failed.clear()
        self.settings.SOCIAL_AUTH_REQUESTS_TIMEOUT = None
        self.tenant.advance(RETRY_S)
        self.times.enter_context(time_machine.travel(datetime.now(UTC) + timedelta(seconds=RETRY_S), tick=True))

    def misbehave(self, fault: Fault, call: Call) -> None:
        if call is KEYS:
            Auth0PasswordBackend.get_jwks_keys_for_uri.invalidate()
        if call.path == TOKEN.path:
            set_gateway(None)  # the one from before may have a token
        if fault.refuses:
            refuse(self.monkeypatch, self.tenant.port)
            set_gateway(None)  # no connection is left from before
            return
        if fault.never_answers:
            self.become_impatient(call)
        now = datetime.fromisoformat(self.tenant.health()["now"]).timestamp()
        faults = fault.on(call)
        if fault.name == "429 with limits":
            faults[-1]["headers"] = {**faults[-1]["headers"], "x-ratelimit-reset": str(int(now) + 30)}
        self.tenant.faults(faults)

    def become_impatient(self, call: Call) -> None:
        """Wait for this one call as little as can be; slow machines have all the time for the others."""
        if call.name in {EXCHANGE.name, KEYS.name}:
            self.settings.SOCIAL_AUTH_REQUESTS_TIMEOUT = IN_VAIN_S  # social-auth makes these, the gateway all others
        handle = Transport.handle_request

        def handled(transport, request):
            if call.is_made_by(request.method, request.url.path):
                deadline._ends_at.set(time.monotonic() + IN_VAIN_S)
            return handle(transport, request)

        self.monkeypatch.setattr(Transport, "handle_request", handled)

    def stands(self) -> str:
        """Who the site takes them for, asked while Auth0 still misbehaves."""
        other = Browser(session=self.browser.session)
        other.get(self.loans)
        assert other.page.status == 200, other.page.visible_text
        return {
            "My loans": "signed in",
            "Choose a new password": "signed in, held back",
            "Sign in to go on": "not signed in",
        }[other.page.h1]


def refuse(monkeypatch, port: int) -> None:
    """Nobody listens at the tenant's port any more, as the site's threads see it."""
    connect = socket.socket.connect

    def refused(self, address):
        if address[1:2] == (port,) and threading.current_thread() is not threading.main_thread():
            raise ConnectionRefusedError
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refused)


class Leaks(logging.Handler):
    """Collects what the site's threads log, at DEBUG, and the secrets that Auth0 gives them; finds one in
    the other. A traceback is one, too."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.logged: list[str] = []
        self.pages: list[str] = []
        self.secrets = set(KNOWN)

    def emit(self, record: logging.LogRecord) -> None:
        if record.threadName != "MainThread":
            self.logged.append(self.format(record))

    def learn(self, body: bytes) -> None:
        """Remember the secrets of an answer that the site got."""
        try:
            answer = json.loads(body)
        except ValueError:
            return
        values = [answer.get(key) for key in SECRET_KEYS] if isinstance(answer, dict) else []
        self.secrets |= {value for value in values if isinstance(value, str)}

    def found(self) -> list[str]:
        sessions = json.dumps([one.get_decoded() for one in Session.objects.all()])
        places = {"log": "\n".join(self.logged), "page": "\n".join(self.pages), "rows": rows(), "session": sessions}
        found = [f"{secret} in a {name}" for name, text in places.items() for secret in self.secrets if secret in text]
        return found + [text for text in self.logged + self.pages if "Traceback (most recent call last)" in text]


@contextmanager
def watched(site: str):
    """Everything that the site says, and everything that Auth0 says to it."""
    leaks = Leaks()
    root, level = logging.getLogger(), logging.getLogger().level
    send, handle = requests.Session.send, Transport.handle_request

    def sent(self, request, **options):
        answer = send(self, request, **options)
        here = threading.current_thread() is threading.main_thread()
        if not here:
            leaks.learn(answer.content)
        elif answer.url.startswith(site):
            leaks.pages.append(answer.text)
        return answer

    def handled(self, request):
        answer = handle(self, request)
        leaks.learn(answer.content)
        return answer

    root.addHandler(leaks)
    root.setLevel(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", sent)
        patch.setattr(Transport, "handle_request", handled)
        yield leaks
    root.setLevel(level)
    root.removeHandler(leaks)


MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in {"auth", "sessions", "social_django", "auth0_password", "admin"}
    and model._meta.label != "auth.Permission"
]


def rows() -> str:
    return serializers.serialize("json", (row for model in MODELS for row in model._base_manager.all()))


@dataclass
class Memory:
    """How things stood before a step, to begin there again without all the clicks."""

    rows: str
    cookies: bytes
    page: bytes

    @classmethod
    def of(cls, scene: Scene) -> Memory:
        return cls(rows(), pickle.dumps(scene.browser.session.cookies), pickle.dumps(scene.browser.page))

    def restore(self, scene: Scene) -> None:
        with connection.constraint_checks_disabled(), transaction.atomic():
            for row in serializers.deserialize("json", self.rows):
                row.save()
        scene.browser.session.cookies = pickle.loads(self.cookies)  # noqa: S301 - our own
        scene.browser.page = pickle.loads(self.page)  # noqa: S301

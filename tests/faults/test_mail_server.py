"""The mail server is down, silent, busy, slow, or hangs up: over SMTP, as it comes (OUT-01, OUT-06)."""

from __future__ import annotations

import re
import socket
import time

import django
import pytest
from django.core import mail

from auth0_password.models import PasswordChange
from auth0_password.services import look, reconcile
from tests.faults.mail_server import mail_server
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db

PATIENCE_S = 0.4
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def use_smtp(settings, port):
    """Django's own backend, on either side of Django 6.1."""
    if django.VERSION >= (6, 1):
        options = {"host": "127.0.0.1", "port": port, "timeout": PATIENCE_S}
        settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
    else:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", port
        settings.EMAIL_TIMEOUT = PATIENCE_S


@pytest.fixture
def server(settings):
    with mail_server() as one:
        use_smtp(settings, one.server_address[1])
        yield one


@pytest.fixture
def changed(bob, auth0_gateway, later):
    """Bob has a new password, and a read has shown it."""
    auth0_gateway.change_password(BOB)
    later(seconds=5)
    look(bob)
    return PasswordChange.objects.get()


def names(texts):
    return [re.search(r"^Message-ID: (\S+)", text, re.MULTILINE)[1] for text in texts]


@pytest.mark.parametrize("mode", ["silent", "busy", "lost", "down"])
def test_it_is_tried_again(server, settings, changed, later, mode):
    if mode == "down":
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            use_smtp(settings, nobody.getsockname()[1])
    server.mode, began = mode, time.monotonic()
    assert reconcile(["mail"])["mail"].failed == 1
    assert time.monotonic() - began < 5 * PATIENCE_S
    changed.refresh_from_db()
    assert (changed.mail_outcome, changed.mail_to, changed.mail_tries) == ("mail_server", "bob@example.com", 1)

    server.mode = "well"
    use_smtp(settings, server.server_address[1])
    later(hours=1)
    assert reconcile(["mail"])["mail"].done == 1
    assert len(server.taken) == (2 if mode == "lost" else 1)
    assert len(set(names(server.taken))) == 1
    changed.refresh_from_db()
    assert (changed.mail_outcome, changed.mail_to) == ("sent", "")


def test_a_slow_one_gets_it_once(server, changed):
    server.mode = "slow"
    assert reconcile(["mail"])["mail"].done == 1
    reconcile(["mail"])
    assert len(server.taken) == 1
    assert mail.outbox == []

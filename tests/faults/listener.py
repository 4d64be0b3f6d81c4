"""What a worker that is killed leaves behind: one line for each mail and each signal, written in one go."""

from __future__ import annotations

import os
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


def note(name: str, text: str) -> None:
    with Path(settings.OUT, name).open("ab", buffering=0) as file:
        file.write(f"{text}\n".encode())
        os.fsync(file.fileno())


class FileBackend(BaseEmailBackend):
    """A mail server that takes everything."""

    def send_messages(self, email_messages):
        for message in email_messages:
            note("mails", f"{message.extra_headers['Message-ID']} {message.to[0]}")
        return len(email_messages)


class Listener(AppConfig):
    name = "tests.faults.listener"
    label = "listener"

    def ready(self) -> None:
        from auth0_password.signals import password_changed

        password_changed.connect(self.hear)

    def hear(self, event, **_named) -> None:
        note("signals", event.event_id)

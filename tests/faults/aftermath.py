"""What follows each change, whatever happened: one mail to its owner, one end of access that succeeded, one signal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.core import mail
from django.db import connection

from auth0_password.models import PasswordChange
from auth0_password.services.reconcile import due
from auth0_password.signals import password_changed

READ_ONLY = {
    "sqlite": ("PRAGMA query_only = 1", "PRAGMA query_only = 0"),
    "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION TRANSACTION READ WRITE"),
}


class Aftermath:
    """Listens to the signal, and to what the gateway has answered about ending access."""

    def __init__(self, gateway=None) -> None:
        self.heard: list[str] = []
        self.ended: list[tuple] = []
        if gateway is not None:
            self._watch(gateway)

    def hear(self, event, **_named) -> None:
        self.heard.append(event.event_id)

    def _watch(self, gateway) -> None:
        revoke = gateway.revoke_access

        def watched(subject, *, before):
            done = revoke(subject, before=before)
            self.ended.append((subject, before))
            return done

        gateway.revoke_access = watched

    def is_complete(self) -> None:
        """Nothing is missing, nothing is doubled, and nothing is left to do."""
        rows = list(PasswordChange.objects.select_related("user__password_state"))
        assert set(due().values()) == {0}, due()
        assert Counter(self.heard) == Counter(f"password_changed:{row.pk}" for row in rows)
        assert Counter(mails()) == dict.fromkeys(mails(), 1)
        assert len(mails()) == len(rows)
        assert {(row.mail_outcome, row.mail_to) for row in rows} <= {("sent", "")}
        assert all(row.revoked_at and row.announced_at for row in rows)
        if self.ended:
            changes = Counter((row.user.password_state.subject, row.changed_at) for row in rows)
            assert Counter(self.ended) == changes


def mails() -> list[str]:
    """Message-IDs of what the site told owners of changes."""
    ids = [one.extra_headers.get("Message-ID", "") for one in mail.outbox]
    return [one for one in ids if one.startswith("<changed.")]


@contextmanager
def listening(gateway=None) -> Iterator[Aftermath]:
    one = Aftermath(gateway)
    password_changed.connect(one.hear)
    try:
        yield one
    finally:
        password_changed.disconnect(one.hear)


@contextmanager
def read_only() -> Iterator[None]:
    """This thread's connection can write nothing."""
    begin, end = READ_ONLY[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(end)

"""Delivers by itself what is due, as long as nothing is held back. One thread of the tenant's process."""

from __future__ import annotations

import time
from threading import Thread

from demo_site.tenant.pushes import delivery, streams
from demo_site.tenant.store import store
from demo_site.tenant.universal_login import sessions

# Auth0 promises no speed; a person who watches the demonstration should not have to wait.
EVERY_S = 0.2
__all__ = ["start", "streams"]  # importing the streams is what makes them known to the delivery


def start() -> None:
    Thread(target=_deliver_for_ever, name="postman", daemon=True).start()


def _deliver_for_ever() -> None:
    while True:
        time.sleep(EVERY_S)
        if _is_any_session_over():
            with store.change() as state:
                sessions.expire(state)
        if delivery.is_anything_due():
            delivery.deliver(due_only=True)


def _is_any_session_over() -> bool:
    with store.lock:
        return sessions.is_any_over(store.state)

"""What the tenant's pushes cost: reports of its Action, and batches of its log stream.

The yardstick is django-anymail's webhook view, where it is installed: signed, parsed, and given to nobody. Ours that
asks the database nothing either is a report about another tenant. `make bench` runs it. Queries count SQLite's BEGIN.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SECRET = "whsec_bGV0IHVzIGNhbGwgdGhpcyBhIHNlY3JldCBvZiBvdXJz"
TOKEN = "Bearer 4f2c8e9a7b6d5c3f1e0a9b8c7d6e5f4a"
PEOPLE = 500
WARM_UP = 10


@dataclass
class Push:
    """One kind of request, of how many events or records, and how many queries it may make."""

    name: str
    path: str
    body: Callable[[], tuple[bytes, dict[str, str]]]
    queries: int | None
    records: int = 1
    status: int = 204
    times: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.records / statistics.median(self.times)


def pushes() -> list[Push]:
    action, logs = "/account/hooks/action/", "/account/hooks/logs/"
    found = [
        Push("action_another_tenant", action, lambda: report("auth0|0", "other.eu.auth0.com"), 0),
        Push("action_nobody_here", action, lambda: report("auth0|nobody"), 1),
        Push("action_known_user", action, lambda: report(f"auth0|{random.randrange(PEOPLE)}"), 7),  # noqa: S311
        *(Push(f"logs_{n}", logs, lambda n=n: batch(n), 3 if n <= 20 else 2, n) for n in (1, 100, 500)),
        Push("logs_500_that_do_not_matter", logs, lambda: batch(500, "s"), 0, 500),
    ]
    try:
        import anymail.urls  # noqa: F401
    except ImportError:
        return found
    return [Push("anymail_mailgun", "/anymail/mailgun/tracking/", mailgun, 0, status=200), *found]


def report(subject: str, domain: str = "tenant.example") -> tuple[bytes, dict[str, str]]:
    from auth0_password.webhooks.signatures import sign

    data = {"domain": domain, "user_id": subject, "connection": "Username-Password-Authentication",
            "last_password_reset": f"2026-11-20T09:00:{random.randrange(60):02}.123Z", "ip": "203.0.113.9",  # noqa: S311
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}  # fmt: skip
    body, now = json.dumps({"type": "password.changed", "timestamp": "x", "data": data}).encode(), int(time.time())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(SECRET, "msg_1", now, body),
    }
    return body, headers


def batch(size: int, kind: str = "scp") -> tuple[bytes, dict[str, str]]:
    """JSON lines of records as long as real ones."""
    lines = [
        json.dumps({"log_id": f"{n:056}", "data": {
            "date": "2026-11-20T09:00:30.123Z", "type": kind, "description": "You can now login to the application.",
            "connection": "Username-Password-Authentication", "connection_id": "con_x", "client_id": "c" * 32,
            "client_name": "All Applications", "ip": "203.0.113.9", "user_agent": "Mozilla/5.0 (X11)" * 3,
            "details": {"title": "Change Password", "email": "u@example.com", "body": {"ticket": "x" * 32},
                        "query": {"email": "u@example.com", "user_id": f"auth0|{n % PEOPLE}", "resultUrl": None}},
            "user_id": f"auth0|{n % PEOPLE}", "user_name": "u@example.com", "strategy": "auth0", "log_id": f"{n:056}",
        }})
        for n in range(size)
    ]  # fmt: skip
    return "\n".join(lines).encode(), {"Authorization": TOKEN}


def mailgun() -> tuple[bytes, dict[str, str]]:
    now, token = str(int(time.time())), "a" * 50
    signature = hmac.new(b"key", f"{now}{token}".encode(), hashlib.sha256).hexdigest()
    event = {"event": "delivered", "timestamp": 1_795_000_000.1, "id": "ev", "recipient": "u@example.com",
             "message": {"headers": {"message-id": "m@example.com"}}, "user-variables": {}, "tags": []}  # fmt: skip
    signed = {"timestamp": now, "token": token, "signature": signature}
    return json.dumps({"signature": signed, "event-data": event}).encode(), {}


def prepare() -> Any:
    """People, a handler, and nobody who would go to work at every hint."""
    from django.contrib.auth import get_user_model
    from django.core.handlers.wsgi import WSGIHandler

    from auth0_password.models import PasswordState, subject_key
    from auth0_password.services import work

    work.set_dispatcher(None)
    users = get_user_model()
    made = users.objects.bulk_create(users(username=f"reader{n}", password="!") for n in range(PEOPLE))
    PasswordState.objects.bulk_create(
        PasswordState(user=user, subject=f"auth0|{n}", subject_key=subject_key("tenant.example", f"auth0|{n}"))
        for n, user in enumerate(made)
    )
    return WSGIHandler()


def once(push: Push, handler: Any) -> float:
    """Seconds for one request, made before the clock starts."""
    from django.test import RequestFactory

    body, headers = push.body()
    request = RequestFactory().post(push.path, body, content_type="application/json", headers=headers)
    start = time.perf_counter()
    response = handler.get_response(request)
    taken = time.perf_counter() - start
    if response.status_code != push.status:
        sys.exit(f"{push.name}: {response.status_code} {response.content[:200]!r}")
    return taken


def measure(rounds: int, count: Callable[[Any], int]) -> tuple[dict[str, float], list[str]]:
    """Print the table; return the figures, and what asks more than it may."""
    handler, measured = prepare(), pushes()
    dice, figures, over = random.Random(rounds), {}, []  # noqa: S311 - an order, no secret
    for push in measured * WARM_UP:
        once(push, handler)
    for _ in range(rounds):
        for push in dice.sample(measured, len(measured)):
            push.times.append(once(push, handler))
    sys.stdout.write(f"{'pushes':35} {'queries':>7} {'a record':>9} {'records/s':>10}\n")
    for push in measured:
        queries = count(lambda push=push: once(push, handler))
        sys.stdout.write(f"  {push.name:33} {queries:7} {queries / push.records:9.3f} {push.per_second:10.0f}\n")
        name = f"push_{push.name}"
        figures |= {f"{name}_per_s": round(push.per_second), f"{name}_queries": queries}
        if push.queries is not None and queries > push.queries:
            over.append(f"{name}: {queries} queries, not {push.queries}")
    return figures, over

"""What a request costs without the package, with it, and with one more query, and what pushes cost: `make bench`.

    python tests/benchmarks/run.py [--requests 300] [--database URL] [--output build/bench.json]

Every case is a request through Django's own handler with session, authentication, and what the case adds, sessions in
the database. All cases take turns in one run, so that a busy machine slows all of them; medians are shown. The number
of queries is asserted (the gate: none more than without the package), times never are.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import dj_database_url  # noqa: E402
import django  # noqa: E402
from django.conf import settings  # noqa: E402

from tests.benchmarks import receivers  # noqa: E402

MODEL = "django.contrib.auth.backends.ModelBackend"
HERE = "tests.benchmarks.site"
STOCK = "social_core.backends.auth0.Auth0OAuth2"
OURS = "auth0_password.backends.Auth0PasswordBackend"
STACK = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
GUARDED = [*STACK, "auth0_password.middleware.PasswordResetMiddleware"]
PEERS = {
    "django-user-accounts": ("account", "account.middleware.ExpiredPasswordMiddleware"),
    "django-password-policies-iplweb": ("password_policies", "password_policies.middleware.PasswordChangeMiddleware"),
}
WARM_UP = 20


@dataclass
class Case:
    """One kind of request, what it is compared with, and how many queries it may make."""

    name: str
    path: str
    queries: int | None
    middleware: list[str] = field(default_factory=lambda: STACK)
    backend: str | None = MODEL
    base: str = ""
    times: list[float] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    handler: Any = None

    @property
    def median(self) -> float:
        return statistics.median(self.times) * 1e6


def installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def cases(mode: str) -> list[Case]:
    """What is measured; a peer where it is installed (their middleware is sync)."""
    user, public = f"/{mode}/user/", f"/{mode}/public/"
    found = [
        Case("user_without", user, 2),
        Case("user_with", user, 2, GUARDED, OURS, "user_without"),
        Case("user_with_backend_only", user, 2, STACK, OURS, "user_without"),
        Case("user_with_get", user, 2, GUARDED, f"{HERE}.BackendByGet", "user_without"),
        Case("user_plus_one_query", user, 3, [*STACK, f"{HERE}.one_more_query"], MODEL, "user_without"),
        Case("public_without", public, 0),
        Case("public_with", public, 0, GUARDED, OURS, "public_without"),
        Case("public_anonymous_without", public, 0, STACK, None),
        Case("public_anonymous_with", public, 0, GUARDED, None, "public_anonymous_without"),
        Case("user_anonymous_without", user, 0, STACK, None),
        Case("user_anonymous_with", user, 0, GUARDED, None, "user_anonymous_without"),
    ]
    if mode == "sync":  # the stock backend cannot load a user asynchronously
        found.insert(1, Case("user_without_stock_auth0", user, 2, STACK, STOCK, "user_without"))
    for peer, (app, middleware) in PEERS.items():
        if mode == "sync" and app in settings.INSTALLED_APPS:
            name = f"user_{peer.replace('-', '_')}"
            found.append(Case(name, user, None, [*STACK, middleware], MODEL, "user_without"))
    return found


def configure(database: str) -> None:
    """The least that a site with the package has."""
    peers = [app for name, (app, _) in PEERS.items() if installed(name)]
    config = dj_database_url.parse(database)
    if "sqlite" in config["ENGINE"]:
        config["TEST"] = {"NAME": config["NAME"]}
    settings.configure(
        SECRET_KEY="benchmark-" + "0" * 50,
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
        DATABASES={"default": config},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        ROOT_URLCONF=f"{HERE}.urls",
        MIDDLEWARE=STACK,
        AUTHENTICATION_BACKENDS=[MODEL, STOCK, OURS, f"{HERE}.BackendByGet"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.sites",
            "social_django",
            "auth0_password",
            *peers,
        ],
        SITE_ID=1,
        STATIC_URL="/static/",
        MEDIA_URL="/media/",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        SOCIAL_AUTH_AUTH0_DOMAIN="tenant.example",
        SOCIAL_AUTH_AUTH0_KEY="key",
        SOCIAL_AUTH_AUTH0_SECRET="secret",
        AUTH0_PASSWORD={
            "MANAGEMENT_CLIENT_ID": "id",
            "MANAGEMENT_CLIENT_SECRET": "secret",
            "ACTION_SECRET": receivers.SECRET,
            "LOG_STREAM_TOKEN": receivers.TOKEN,
        },
        ANYMAIL={"MAILGUN_WEBHOOK_SIGNING_KEY": "key"},
        ACCOUNT_PASSWORD_USE_HISTORY=True,
        ACCOUNT_PASSWORD_EXPIRY=60 * 60 * 24 * 90,
        PASSWORD_USE_HISTORY=True,
    )
    django.setup()
    logging.disable(logging.CRITICAL)


def prepare(measured: list[Case]) -> None:
    """A handler for each case, and a session of its own for the same user."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.handlers.asgi import ASGIHandler
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    from auth0_password.models import PasswordState
    from auth0_password.services.sessions import Stamp, stamp_session

    users = get_user_model()._default_manager
    user = users.filter(username="bob").first() or users.create_user("bob", "bob@example.com", "secret")
    PasswordState.objects.get_or_create(user=user)
    for case in measured:
        if case.backend:
            session = SessionStore()
            session.update(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: case.backend,
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            )
            stamp_session(session, Stamp.of_other_backend())
            session.save()
            case.cookies = {settings.SESSION_COOKIE_NAME: session.session_key}
        with override_settings(MIDDLEWARE=case.middleware):
            case.handler = (WSGIHandler if case.path.startswith("/sync/") else ASGIHandler)()


def count(run: Any) -> int:
    """The queries of one request, on whatever thread and connection."""
    from unittest import mock

    from django.db.backends.utils import CursorWrapper

    asked: list[str] = []
    execute = CursorWrapper.execute

    def counted(self: Any, sql: str, params: Any = None) -> Any:
        asked.append(sql)
        return execute(self, sql, params)

    with mock.patch.object(CursorWrapper, "execute", counted):
        run()
    return len(asked)


def request_of(case: Case) -> Any:
    from django.test import AsyncRequestFactory, RequestFactory

    factory = RequestFactory() if case.path.startswith("/sync/") else AsyncRequestFactory()
    factory.cookies.load(case.cookies)
    return factory.get(case.path)


def once(case: Case, loop: asyncio.AbstractEventLoop) -> float:
    """Seconds for one request through the handler's chain."""
    request = request_of(case)
    if case.path.startswith("/sync/"):
        start = time.perf_counter()
        response = case.handler.get_response(request)
        taken = time.perf_counter() - start
    else:

        async def answer() -> Any:
            start = time.perf_counter()
            response = await case.handler.get_response_async(request)
            return response, time.perf_counter() - start

        response, taken = loop.run_until_complete(answer())
    signed_in = b"True" if case.backend and "/user/" in case.path else b"False"
    if response.status_code != 200 or (b"public" not in response.content and signed_in not in response.content):
        sys.exit(f"{case.name}: {response.status_code} {response.content[:200]!r}")
    return taken


def measure(measured: list[Case], requests: int, loop: asyncio.AbstractEventLoop) -> None:
    """All cases in each round, in an order of its own: what one leaves in caches does not always fall on the same."""
    for case in measured * WARM_UP:
        once(case, loop)
    dice = random.Random(requests)  # noqa: S311 - an order, no secret
    for _ in range(requests):
        for case in dice.sample(measured, len(measured)):
            case.times.append(once(case, loop))


def report(mode: str, measured: list[Case], loop: asyncio.AbstractEventLoop) -> tuple[dict[str, float], list[str]]:
    """Print the table; return the figures, and the cases that ask more than they may."""
    bases = {case.name: case for case in measured}
    figures, over = {}, []
    sys.stdout.write(f"{mode:35} {'queries':>7} {'median us':>10} {'ratio':>6}\n")
    for case in measured:
        queries = count(lambda case=case: once(case, loop))
        ratio = case.median / bases[case.base or case.name].median
        sys.stdout.write(f"  {case.name:33} {queries:7} {case.median:10.0f} {ratio:6.2f}\n")
        name = f"{mode}_{case.name}"
        figures |= {f"{name}_us": round(case.median, 1), f"{name}_ratio": round(ratio, 3), f"{name}_queries": queries}
        if case.queries is not None and queries > case.queries:
            over.append(f"{name}: {queries} queries, not {case.queries}")
    return figures, over


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=500, help="rounds for each case")
    default = os.environ.get("DATABASE_URL") or f"sqlite:///{tempfile.mkdtemp(prefix='bench-')}/bench.sqlite3"
    parser.add_argument("--database", default=default, help="its name gets `test_` put before it on a server")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    configure(options.database)
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    sys.stdout.write(f"Django {django.__version__}, Python {sys.version.split()[0]}, {connection.vendor}\n")
    old, loop = setup_databases(0, interactive=False), asyncio.new_event_loop()
    figures: dict[str, float] = {"requests": options.requests}
    over = []
    for mode in ("sync", "async"):
        measured = cases(mode)
        prepare(measured)
        measure(measured, options.requests, loop)
        found, more = report(mode, measured, loop)
        figures |= found
        over += more
    found, more = receivers.measure(max(1, options.requests // 5), count)
    figures |= found
    over += more
    loop.run_until_complete(close_connections())
    teardown_databases(old, 0)
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if over:
        sys.exit("The gate is broken. " + "; ".join(over))


async def close_connections() -> None:
    """Those of the thread that async requests use."""
    from asgiref.sync import sync_to_async
    from django.db import connections

    await sync_to_async(connections.close_all)()


if __name__ == "__main__":
    main()

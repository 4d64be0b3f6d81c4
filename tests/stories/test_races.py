"""Many at once: administrators, browsers, sign-ins. What was committed holds from that moment on."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, connections

from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import clear_reset, require_reset
from tests.stories.people import ALICE, ALICES, sign_in
from tests.support.browser import Browser

pytestmark = pytest.mark.story


def many(*, elsewhere: int, on_postgresql: int) -> int:
    """SQLite has one writer, and MariaDB here few connections; PostgreSQL shows what many at once do."""
    return on_postgresql if connection.vendor == "postgresql" else elsewhere


def in_threads(*calls):
    """Run the calls in threads, and close what they opened."""

    def run(call):
        try:
            call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    return threads


def test_no_protected_answer_begins_after_the_flag_is_committed(site, tenant, django_user_model):
    count = many(elsewhere=8, on_postgresql=50)
    browsers = [Browser() for _ in range(count)]
    for one in browsers:
        sign_in(one, f"{site}/loans/", ALICE, ALICES)
    alice = django_user_model.objects.get(email=ALICE)
    stop, seen = threading.Event(), []

    def browse(one: Browser):
        while not stop.is_set():
            asked_at = time.monotonic()
            one.get(f"{site}/loans/")
            seen.append((asked_at, one.page.h1))

    threads = in_threads(*(lambda one=one: browse(one) for one in browsers))
    while len(seen) < 5 * count:
        time.sleep(0.01)
    require_reset(alice, reason="breach")
    committed_at = time.monotonic()
    while len([1 for asked_at, _ in seen if asked_at > committed_at]) < 5 * count:
        time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert {h1 for asked_at, h1 in seen if asked_at > committed_at} == {"Choose a new password"}
    assert "My loans" in {h1 for asked_at, h1 in seen if asked_at < committed_at}


@pytest.mark.django_db(transaction=True)
def test_administrators_who_raise_and_clear_at_once_leave_a_state_that_fits_the_record(django_user_model, settings):
    alice = django_user_model.objects.create_user("alice")
    grace = django_user_model.objects.create_superuser("grace")

    rounds, threads = many(elsewhere=5, on_postgresql=50), many(elsewhere=6, on_postgresql=8)

    def raise_and_clear():
        for _ in range(rounds):
            require_reset(alice, reason="administrator", by=grace)
            clear_reset(alice, by=grace)
            require_reset(alice, reason="policy", by=grace)

    for thread in in_threads(*[raise_and_clear] * threads):
        thread.join()
    state = PasswordState.objects.get(user=alice)
    standing = ResetRequirement.objects.filter(user=alice).open()
    assert ResetRequirement.objects.count() == 2 * rounds * threads
    assert state.needs_reset == standing.exists()
    if state.needs_reset:
        assert state.required_at == max(row.raised_at for row in standing)
        assert state.enforce_from == min(row.enforce_from for row in standing)

"""Five hundred people to read at a tenant that takes two calls a second: all are read, and hardly one call is refused
(OUT-04)."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from auth0_password.gateway import get_gateway
from auth0_password.services import hint, reconcile, subjects
from tests.stories import conftest as stories
from tests.stories.people import ALICE

pytestmark = pytest.mark.story

later, later_here, reseed = stories.later, stories.later_here, stories.reseed

PEOPLE = [f"auth0|64f0c0ffee0000000000{number:04}" for number in range(500)]
TWO_A_SECOND = {"burst": 10, "per_minute": 120}


@pytest.fixture
def known(site, tenant, reseed) -> list[str]:
    def edit(seed):
        [alice] = [user for user in seed["users"] if user["email"] == ALICE]
        seed["users"] += [
            {**alice, "email": f"reader{number}@example.com", "user_id": subject}
            for number, subject in enumerate(PEOPLE)
        ]

    reseed(edit)
    for subject in PEOPLE:
        subjects.bind(get_user_model().objects.create_user(subject), get_gateway().read_user(subject))
    return PEOPLE


class Clocks:
    """A stop that nobody sets; who waits moves both clocks on."""

    def __init__(self, later) -> None:
        self.later, self.waited = later, 0.0

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> None:
        self.waited += seconds
        self.later(seconds=seconds)


def test_all_are_read_and_few_calls_are_refused(known, tenant, later):
    later(minutes=1)
    tenant.rate_limits(management=TWO_A_SECOND)
    hint(known)
    tenant.clear_requests()
    clocks = Clocks(later)
    for _ in range(20):
        counts = reconcile(["check"], stop=clocks)["check"]
        if not counts.left:
            break
        clocks.wait(1)
    statuses = [one["status"] for one in tenant.requests() if one["path"].startswith("/api/v2/users/")]
    assert statuses.count(200) == len(known)
    assert statuses.count(429) <= len(statuses) * 0.05
    assert set(statuses) <= {200, 429}
    assert clocks.waited < 3 * len(known) / 2


def test_people_come_first(known, tenant, later):
    """While the work waits, somebody who presses a button is answered."""
    later(minutes=1)
    tenant.rate_limits(management=TWO_A_SECOND)
    hint(known)
    assert reconcile(["check"])["check"].left
    assert get_gateway().read_user(known[0]).subject == known[0]

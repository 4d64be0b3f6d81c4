"""Auth0's clock beside ours, as its answers tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auth0_password.gateway import get_gateway
from auth0_password.gateway.clock import TenantClock
from tests.gateway.test_contract import BOB as BOB_OF_THE_TENANT

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize("offset", [-60, 60, 0])
def test_the_tenants_clock_is_measured(tenant, offset):
    tenant.offset(offset)
    measured = get_gateway().read_user(BOB_OF_THE_TENANT).clock_offset.total_seconds()
    assert offset - 0.1 <= measured <= offset + 2  # never less than it is


@pytest.mark.parametrize(
    "date",
    [None, "", "soon", "Fri, 20 Nov 2026 08:00:00", "Fri, 31 Dec 9999 23:59:59 GMT",
     f"Fri, 20 Nov {'9' * 30} 08:00:00 GMT", "Fri, 20 Nov 2026 08:00:00 +99999999"],
)  # fmt: skip
def test_a_date_that_makes_no_sense_changes_nothing(date):
    clock = TenantClock()
    clock.measure("Fri, 20 Nov 2026 09:00:10 GMT", NINE)
    clock.measure(date, NINE)
    assert clock.offset == timedelta(seconds=11)

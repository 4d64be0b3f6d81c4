"""A client that may use every grant, beside the demonstration's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tenant.grants.caller import Caller, seed

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant


@pytest.fixture
def caller(tenant: LocalTenant) -> Caller:
    tenant.seed(seed())
    return Caller(tenant)

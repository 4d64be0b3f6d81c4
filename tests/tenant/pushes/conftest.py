"""A receiver, and a tenant that holds its pushes back until a test wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tenant.pushes.pushing import Pushing
from tests.tenant.pushes.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenant import LocalTenant


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    server = receiver.start()
    yield receiver
    receiver.free.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def pushing(tenant: LocalTenant) -> Pushing:
    return Pushing.of(tenant)

"""Whom a path or a body names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import inexistent_user

if TYPE_CHECKING:
    from demo_site.tenant.records import User
    from demo_site.tenant.state import State


def found_user(state: State, user_id: str) -> User:
    user = state.users.get(user_id)
    if user is None:
        raise inexistent_user()
    return user

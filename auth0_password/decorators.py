"""What views are marked with: open to blocked users, outside transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connections, transaction

View = TypeVar("View", bound=Callable[..., Any])

EXEMPT_MARK = "auth0_password_exempt"


def password_reset_exempt(view: View) -> View:
    """Keep a view open while its user is blocked (help, contact, sign-out). Ended sessions are still noticed.

    For a class-based view decorate `dispatch`, or the result of `as_view()`.
    """
    setattr(view, EXEMPT_MARK, True)
    return view


def outside_transactions(view: View) -> View:
    """Keep a view out of `ATOMIC_REQUESTS` on every database: it calls Auth0, and must not hold a lock meanwhile."""
    for alias in connections:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view

"""For views that stay open to somebody who must choose a new password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

EXEMPT_MARK = "auth0_password_exempt"


def password_reset_exempt(view: View) -> View:
    """Keep a view open while its user is blocked (help, contact, sign-out). Ended sessions are still noticed.

    For a class-based view decorate `dispatch`, or the result of `as_view()`.
    """
    setattr(view, EXEMPT_MARK, True)
    return view

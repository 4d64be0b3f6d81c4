"""Decorator for views that read or change the tenant's state."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from demo_site.tenant.store import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.state import State

P = ParamSpec("P")


def with_state(
    view: Callable[Concatenate[HttpRequest, State, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Hand the view the state, alone with it; a view that calls out over the network must not be held so."""

    @wraps(view)
    def locked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with store.change() as state:
            return view(request, state, *args, **kwargs)

    return locked

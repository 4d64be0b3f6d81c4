"""Decorators for views that read or change the tenant's state."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.state import State

P = ParamSpec("P")
R = TypeVar("R")

# What waits (a call over the network, JavaScript) is yielded; its result comes back.
Steps = Generator[Callable[[], Any], Any, R]


class StateGoneError(RuntimeError):
    """The tenant was reset while a view waited."""


def with_state(
    view: Callable[Concatenate[HttpRequest, State, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Hand the view the state, alone with it; a view that calls out over the network must not be held so."""

    @wraps(view)
    def locked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with store.change() as state:
            return view(request, state, *args, **kwargs)

    return locked


def in_steps(
    view: Callable[Concatenate[HttpRequest, State, P], Steps[HttpResponse]],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """As ``with_state``, for a view that has to wait: it yields what to call, and is alone again with the result.

    In between others change the state: what may have gone meanwhile must be looked up again.
    """

    @wraps(view)
    def stepped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return walk(lambda state: view(request, state, *args, **kwargs))
        except StateGoneError as gone:
            raise PageError(400, "invalid_request", "The tenant has begun anew meanwhile.") from gone

    return stepped


def walk(begin: Callable[[State], Steps[R]]) -> R:
    """Take every step alone with the state, and none of the calls between them."""
    begun = store.state
    steps, result = begin(begun), None
    while True:
        with store.change() as state:
            if state is not begun:
                raise StateGoneError
            try:
                call = steps.send(result)
            except StopIteration as end:
                done: R = end.value
                return done
        result = call()

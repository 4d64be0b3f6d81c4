"""The views, the middleware and the backend that the benchmark puts around the package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth import get_user_model
from django.utils.decorators import sync_and_async_middleware


class BackendByGet:
    """User and state by `.get()`: what the query compiled once must equal, and is to beat."""

    def get_user(self, user_id: Any) -> Any:
        return self._users().get(pk=user_id)

    async def aget_user(self, user_id: Any) -> Any:
        return await self._users().aget(pk=user_id)

    @staticmethod
    def _users() -> Any:
        return get_user_model()._default_manager.select_related("password_state").filter(is_active=True)


@sync_and_async_middleware
def one_more_query(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """What a middleware that asks the database on each request costs at the least."""
    from auth0_password.models import PasswordState

    def asked(user: Any) -> bool:
        return PasswordState.objects.filter(pk=user.pk, needs_reset=True).exists()

    async def amiddleware(request: Any) -> Any:
        await sync_to_async(asked)(await request.auser())
        return await get_response(request)

    def middleware(request: Any) -> Any:
        asked(request.user)
        return get_response(request)

    return amiddleware if iscoroutinefunction(get_response) else middleware

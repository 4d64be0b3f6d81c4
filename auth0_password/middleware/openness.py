"""Which views stay open, to whom; and whether anybody is there at all. Decided on the resolved view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from social_django.views import NAMESPACE

from ..answers.redirects import APP_NAME
from ..conf import BACKEND_NAME, conf
from ..decorators import EXEMPT_MARK

SIGNING_IN = {"social_django.views.auth", "social_django.views.complete"}
"""Open to blocked users for our backend only: at another one they would link one more way in."""

ALWAYS_OPEN = {"django.views.i18n.set_language", "django.contrib.auth.views.LogoutView"}
"""Views of others that stay open to blocked users: signing out (the admin's too), and the language."""


def is_public(view: Callable[..., Any]) -> bool:
    """Whether a view says that it needs nobody (`login_not_required`; every view of Django REST framework)."""
    return not getattr(view, "login_required", True)


def is_exempt(request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any]) -> bool:
    """Whether a resolved view stays open to blocked users. The path's text plays no part."""
    target = getattr(view, "view_class", view)
    name = f"{target.__module__}.{getattr(target, '__qualname__', '')}"
    if name in SIGNING_IN:
        return bool(kwargs.get("backend") == BACKEND_NAME)
    match = request.resolver_match
    admin_logout = match is not None and match.url_name == "logout" and "admin" in match.app_names
    by_setting = conf.EXEMPT_VIEWS & {name, match.view_name if match else name}
    return bool(getattr(view, EXEMPT_MARK, False) or name in ALWAYS_OPEN or admin_logout or by_setting)


def nobody_here(request: HttpRequest) -> bool:
    """Whether the request brings no session, and its user has not been looked at: then it is not loaded by us."""
    untouched = isinstance(request.user, SimpleLazyObject) and not hasattr(request, "_cached_user")
    return untouched and settings.SESSION_COOKIE_NAME not in request.COOKIES


def carries_secrets(request: HttpRequest) -> bool:
    """Whether tokens or tickets pass through: the callback at our backend, and our own pages."""
    match = request.resolver_match
    if match is None:
        return False
    callback = NAMESPACE in match.namespaces and match.kwargs.get("backend") == BACKEND_NAME
    return callback or APP_NAME in match.app_names

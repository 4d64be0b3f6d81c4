"""Which views stay open, to whom; and whether anybody is there at all. Decided on the resolved view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, empty
from social_django.views import NAMESPACE

from ..answers.redirects import APP_NAME
from ..conf import BACKEND_NAME, conf
from ..decorators import EXEMPT_MARK

SIGNING_IN = {"social_django.views.auth", "social_django.views.complete"}
"""Open to blocked users for our backend only: at another one they would link one more way in."""

ALWAYS_OPEN = {"django.views.i18n.set_language", "django.contrib.auth.views.LogoutView"}
"""Views of others that stay open to blocked users: signing out (the admin's too), and the language."""


def is_public(view: Callable[..., Any], kwargs: dict[str, Any]) -> bool:
    """Whether a view says that it needs nobody (`login_not_required`; every view of Django REST framework).

    Signing in at another backend says so too, but somebody who is signed in would link one more way in there.
    """
    foreign = dotted_name(view) in SIGNING_IN and kwargs.get("backend") != BACKEND_NAME
    return not getattr(view, "login_required", True) and not foreign


def dotted_name(view: Callable[..., Any]) -> str:
    """Where a view is written down; for a class-based one, its class."""
    target = getattr(view, "view_class", view)
    return f"{target.__module__}.{getattr(target, '__qualname__', '')}"


def is_exempt(request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any]) -> bool:
    """Whether a resolved view stays open to blocked users. The path's text plays no part."""
    name = dotted_name(view)
    if name in SIGNING_IN:
        return bool(kwargs.get("backend") == BACKEND_NAME)
    match = request.resolver_match
    admin_logout = match is not None and match.url_name == "logout" and "admin" in match.app_names
    by_setting = conf.EXEMPT_VIEWS & {name, match.view_name if match else name}
    return bool(getattr(view, EXEMPT_MARK, False) or name in ALWAYS_OPEN or admin_logout or by_setting)


def nobody_here(request: HttpRequest) -> bool:
    """Whether the request brings no session, and nobody has set or looked at its user: then it is left alone."""
    return is_untouched(request.user) and settings.SESSION_COOKIE_NAME not in request.COOKIES


def is_untouched(user: Any) -> bool:
    """Whether this is the lazy user that Django's `AuthenticationMiddleware` left, not looked at yet."""
    if not isinstance(user, SimpleLazyObject) or user._wrapped is not empty:
        return False
    return getattr(user.__dict__.get("_setupfunc"), "__module__", "") == "django.contrib.auth.middleware"


def carries_secrets(request: HttpRequest) -> bool:
    """Whether tokens or tickets pass through: the callback at our backend, and our own pages."""
    match = request.resolver_match
    if match is None:
        return False
    callback = NAMESPACE in match.namespaces and match.kwargs.get("backend") == BACKEND_NAME
    return callback or APP_NAME in match.app_names

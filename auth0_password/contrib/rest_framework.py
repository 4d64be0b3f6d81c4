"""Django REST framework: users who name themselves by a token are held back, too.

    REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "auth0_password.contrib.rest_framework.PasswordIsCurrent",
    ]}

Users who come with a session are held back without it, by the middleware.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from ..middleware.guard import let_through
from ..middleware.openness import is_exempt

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PasswordIsCurrent(BasePermission):  # type: ignore[misc]  # it has no types of its own
    """Allows everybody but users who must choose a new password, however they are authenticated.

    They get what the middleware answers: 403 with the code `password_reset_required`. Views that are exempt there
    are exempt here. Costs one query for a user whom another backend than ours has loaded.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises `PasswordResetRequired` for a user who is held back; the middleware makes the answer."""
        django_request = request._request
        match = django_request.resolver_match
        exempt = partial(is_exempt, django_request, match.func, match.kwargs) if match else bool
        # A session's user has passed the guard; a session that ended says nothing about who comes with a token.
        let_through(django_request, request.user, exempt, by_session=False)
        return True

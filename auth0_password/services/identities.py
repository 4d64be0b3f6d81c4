"""Which users of this site have an identity at Auth0 at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from social_django.models import UserSocialAuth

from ..conf import BACKEND, BACKEND_NAME

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def signs_in_here_only(user: AbstractBaseUser) -> bool:
    """Whether the only password that is known of this user is one that the site itself keeps.

    Nothing that Auth0 could show would ever lower a flag of theirs: it would lock them out. A site's local superuser
    is the one who must never be.
    """
    has_password = bool(user.password) and user.has_usable_password()
    return has_password and _local_passwords_work() and not has_identity(user)


def has_identity(user: AbstractBaseUser) -> bool:
    """Whether the user ever signed in through Auth0: with this package, or with one of social-auth's stock backends
    (`auth0`, `auth0_openidconnect`)."""
    return UserSocialAuth.objects.filter(user_id=user.pk, provider__startswith=BACKEND_NAME).exists()


def users_with_identity(subject: str) -> list[Any]:
    """Keys of the users who ever signed in as that subject, bound to it or not."""
    rows = UserSocialAuth.objects.filter(provider__startswith=BACKEND_NAME, uid=subject)
    return list(rows.values_list("user_id", flat=True))


def has_database_identity(user: AbstractBaseUser) -> bool:
    """Whether one of the user's identities is of a database connection: `auth0|...` (Auth0: user profile)."""
    rows = UserSocialAuth.objects.filter(user_id=user.pk, provider__startswith=BACKEND_NAME)
    return rows.filter(uid__startswith="auth0|").exists()


def _local_passwords_work() -> bool:
    return any(path != BACKEND for path in settings.AUTHENTICATION_BACKENDS)

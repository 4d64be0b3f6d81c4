"""Our own steps. Each leaves other backends' sign-ins alone."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db import router, transaction
from django.http import HttpRequest, HttpResponse
from social_core.exceptions import AuthAssociationError, AuthPolicyError, AuthSessionError
from social_core.pipeline.social_auth import associate_user
from social_core.pipeline.user import create_user

from ..answers import to_authorize, to_change
from ..answers.client import client_of
from ..backends import Auth0PasswordBackend
from ..exceptions import GatewayError
from ..gateway import UserProfile
from ..services import state_of, subjects
from ..services.changes import hint_of_sign_in
from ..services.known_sessions import begin
from ..services.sessions import Stamp, has_second_factor
from ..services.sign_ins import SignInAsked

TOKENS = {"access_token", "refresh_token", "id_token", "token_type"}
FOR_INACTIVE_USERS = ("INACTIVE_USER_URL", "INACTIVE_USER_LOGIN", "ALLOW_INACTIVE_USERS_LOGIN")
"""social-auth's settings for a site that answers inactive users itself."""

logger = logging.getLogger("auth0_password")


def expect_subject(backend: Any, uid: str, user: Any = None, **kwargs: Any) -> HttpResponse | None:
    """Refuse anybody but the expected person; a re-authentication ends here, before anything is associated.

    social-auth would silently link a second subject to whoever is signed in.
    """
    if not isinstance(backend, Auth0PasswordBackend):
        return None
    wanted = backend.wanted
    if wanted.subject and wanted.subject != uid:
        raise AuthSessionError(backend, code="user_mismatch", stage="pipeline")
    if user is None:
        return None
    social = backend.strategy.storage.user.get_social_auth(backend.name, uid)
    if social is None or social.user != user:
        raise AuthSessionError(backend, code="user_mismatch", stage="pipeline")
    return finish_reauthentication(backend, user) if wanted.for_change else None


def finish_reauthentication(backend: Auth0PasswordBackend, user: Any) -> HttpResponse:
    """The fresh sign-in is this session's new one, and authorises one ticket."""
    stamp = Stamp.of_sign_in(backend.id_token or {}, state_of(user), reauthenticated=True)
    return to_change(request_of(backend), user, stamp, backend.wanted.next)


def look_at_flag(backend: Any, uid: str, user: Any = None, **kwargs: Any) -> dict[str, Any]:
    """Read the user at Auth0 where the flag may depend on it: before `create_user`, so that a failing first read
    leaves nothing behind. A known user whose read fails signs in all the same, and stays as blocked as before."""
    if not isinstance(backend, Auth0PasswordBackend) or not subjects.read_due(user, uid):
        return {}
    try:
        return {"password_profile": subjects.read_subject(uid)}
    except GatewayError as error:
        if user is None or subjects.is_first_sign_in(state_of(user), uid):
            raise
        logger.warning("signed in without a read: %s (user %s)", error, user.pk)
        return {}


def create_user_once(backend: Any, uid: str, user: Any = None, **kwargs: Any) -> dict[str, Any] | None:
    """social-auth's `create_user` and `associate_user`, both or neither.

    Of several first sign-ins of one subject at the same moment one makes the user; the others find it, and leave no
    account behind that nobody can sign in to.
    """
    users = backend.strategy.storage.user
    try:
        with transaction.atomic(using=router.db_for_write(users.user_model())):
            made = create_user(backend=backend, user=user, **kwargs) or {}
            context = {**kwargs, **made}
            linked = associate_user(backend, uid, **{"user": user, **context}) or {}
            return {**made, **linked}
    except AuthAssociationError:
        social = users.get_social_auth(backend.name, uid, id_key=kwargs.get("id_key"))
        if user is not None or social is None:
            raise
        return {"social": social, "user": social.user, "is_new": False, "new_association": False}


def bind_subject(
    backend: Any,
    uid: str,
    user: Any = None,
    social: Any = None,
    password_profile: UserProfile | None = None,
    **kwargs: Any,
) -> None:
    """Bind the subject and take over the read; a sign-in that was not read is a hint to read soon.

    A pipeline that a site's own step interrupted comes back without the read: then it is made here.
    """
    if not isinstance(backend, Auth0PasswordBackend) or user is None:
        return
    if not user.is_active and not any(backend.setting(name) for name in FOR_INACTIVE_USERS):
        raise AuthPolicyError(backend, code="inactive_user", stage="pipeline")
    forget_tokens(social)
    if password_profile is None and subjects.is_first_sign_in(state_of(user), uid):
        password_profile = subjects.read_subject(uid)
    if password_profile is None:
        hint_of_sign_in(user)
    else:
        subjects.bind(user, password_profile)
    subjects.note_sign_in(user, mfa=has_second_factor(backend.id_token or {}))


def forget_tokens(social: Any) -> None:
    """Drop the tokens that another backend left in a row which we took over; social-auth only ever adds to it."""
    if social is not None and TOKENS & social.extra_data.keys():
        social.extra_data = {key: value for key, value in social.extra_data.items() if key not in TOKENS}
        social.save(update_fields=["extra_data"])


def stamp_session(backend: Any, user: Any = None, **kwargs: Any) -> HttpResponse | None:
    """Stamp a session that was signed in already (a new one is stamped at `user_logged_in`).

    An SSO session at Auth0 may be older than the last change: then the person is asked once more, once.
    """
    if not isinstance(backend, Auth0PasswordBackend) or user is None:
        return None
    request, state = request_of(backend), state_of(user)
    stamp = Stamp.of_sign_in(backend.id_token or {}, state)
    if not stamp.counts(state) and not backend.wanted.again:
        again = SignInAsked(next=backend.wanted.next, prompt="login", max_age=0, organization=stamp.org, again=True)
        return to_authorize(request, again)
    if SESSION_KEY in request.session:  # signed in, or ended: Django's login() would leave its key as it is
        request.session.cycle_key()
    if request.user.is_authenticated:
        begin(user, request.session, stamp, client_of(request))
    return None


def request_of(backend: Auth0PasswordBackend) -> HttpRequest:
    """The callback's request, which social-auth's Django strategy holds."""
    request: HttpRequest = backend.strategy.request  # type: ignore[attr-defined]
    return request

"""The pytest fixtures. They take users as they are: whoever never signed in through Auth0 gets an account there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from social_django.models import UserSocialAuth

from ..conf import BACKEND_NAME
from ..gateway import set_gateway
from ..models import Reason, ResetRequirement
from ..services import look, require_reset, state_of, subjects
from .gateway import InMemoryGateway

if TYPE_CHECKING:
    from ..models import PasswordState

FlagUser = Callable[..., ResetRequirement]
ChangePassword = Callable[[AbstractBaseUser], datetime]


@pytest.fixture
def auth0_gateway() -> Iterator[InMemoryGateway]:
    """The gateway of this test: empty, until users are added to it. Its `calls` are what the tenant was asked."""
    gateway = InMemoryGateway()
    set_gateway(gateway)
    yield gateway
    set_gateway(None)


@pytest.fixture
def flag_user(auth0_gateway: InMemoryGateway) -> FlagUser:
    """`flag_user(user, reason="breach", ...)` requires a new password; takes what `require_reset` takes.

    Returns the requirement. Wants the database.
    """

    def flag(user: AbstractBaseUser, *, reason: str = Reason.ADMINISTRATOR, **asked: object) -> ResetRequirement:
        _at_auth0(auth0_gateway, user)
        requirement = require_reset(user, reason=reason, **asked).get()  # type: ignore[arg-type]
        look(user)  # a change from now on is later than what this read showed, however soon it comes
        return requirement

    return flag


@pytest.fixture
def change_password_of(auth0_gateway: InMemoryGateway) -> ChangePassword:
    """`change_password_of(user)`: a new password is chosen at Auth0 now, and the site looks.

    The flag falls, sessions that began before end, `password_changed` is sent when the transaction is committed.
    Returns the time of the change (Auth0's clock).
    """

    def change(user: AbstractBaseUser) -> datetime:
        subject = _at_auth0(auth0_gateway, user).subject
        at = auth0_gateway.change_password(subject)
        look(user)
        return at

    return change


def _at_auth0(gateway: InMemoryGateway, user: AbstractBaseUser) -> PasswordState:
    """The user's state, with a subject that the tenant knows: as a sign-in leaves it."""
    state = state_of(user)
    subject = (state.subject if state else "") or f"auth0|{user.pk}"
    if subject not in gateway.users:
        gateway.add(subject, email=getattr(user, user.get_email_field_name(), ""))
    UserSocialAuth.objects.get_or_create(user_id=user.pk, provider=BACKEND_NAME, uid=subject)
    return state if state and state.subject else subjects.bind(user, gateway.read_user(subject))

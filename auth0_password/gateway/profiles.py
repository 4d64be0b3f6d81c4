"""The Management API's users as our dataclasses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..exceptions import UnexpectedAnswerError
from .types import Identity, UserProfile, parse_time

if TYPE_CHECKING:
    from pydantic import BaseModel


def profile_from(user: BaseModel, subject: str, read_at: datetime) -> UserProfile:
    """A profile from auth0-python's model. Absent keys are normal; wrong types, and an answer about anybody but
    `subject`, raise `UnexpectedAnswerError`."""
    answer = user.model_dump(by_alias=True, exclude_none=True)
    metadata, rows = answer.get("app_metadata", {}), answer.get("identities")
    if not subject or answer.get("user_id") != subject:
        raise UnexpectedAnswerError("the answer is about somebody else")
    if not isinstance(metadata, dict) or not rows:
        raise UnexpectedAnswerError("the user's profile cannot be understood")
    return UserProfile(
        subject=subject,
        read_at=read_at,
        email=answer.get("email", ""),
        email_verified=answer.get("email_verified") is True,
        blocked=answer.get("blocked") is True,
        identities=tuple(identity_from(row) for row in rows),
        app_metadata=metadata,
        last_password_reset=parse_time(answer.get("last_password_reset")),
    )


def identity_from(row: dict[str, Any]) -> Identity:
    """One element of a profile's `identities`. A provider's `user_id` may be a number."""
    provider, connection, user_id = row.get("provider"), row.get("connection"), row.get("user_id")
    if not isinstance(provider, str) or not isinstance(connection, str) or not user_id:
        raise UnexpectedAnswerError("an identity in the user's profile cannot be understood")
    profile = row.get("profileData") or {}
    return Identity(
        provider=str(provider),
        connection=connection,
        user_id=str(user_id),
        email=str(profile.get("email", "")),
    )

"""What of our rows is personal data: one list, for erasure, for whoever asks what is kept of them, and for reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..models import (
    ChangeReport,
    PasswordChange,
    PasswordState,
    ProbeAnswer,
    ResetCampaign,
    ResetRequirement,
    SignIn,
    Throttle,
    UsedToken,
)
from .rows import rows_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

PERSONAL: dict[type[Any], tuple[str, ...]] = {
    PasswordState: ("user", "subject", "subject_key", "address", "language", "ended"),
    ResetRequirement: ("user", "message", "by", "by_label", "closed_by", "note"),
    ResetCampaign: ("message", "by", "by_label"),
    PasswordChange: ("user", "subject_key", "mail_to"),
    SignIn: ("user", "key", "sid", "ip", "user_agent"),
    ChangeReport: ("subject_key", "ip", "user_agent"),
    Throttle: (),
    UsedToken: (),
    ProbeAnswer: (),
}
"""Fields that say who somebody is, or were written by or about them. All other fields of a user's rows are times,
counts and states. `Throttle` and `UsedToken` hold only hashes, and expire; `ProbeAnswer` is about the tenant."""

OF_A_USER = (PasswordState, ResetRequirement, PasswordChange, SignIn)


def personal_data(user: AbstractBaseUser) -> dict[str, list[dict[str, Any]]]:
    """Everything that is kept of a user, by the model's name: all fields of their rows (GDPR art. 15)."""
    found = {model.__name__: list(rows_of(model).filter(user_id=user.pk).values()) for model in OF_A_USER}
    return {**found, ChangeReport.__name__: list(_reports(user).values())}


def forget(user: AbstractBaseUser) -> None:
    """What the database does not delete together with a user: reports about them, what was written to them alone, and
    their name in what they decided about others."""
    others = rows_of(ResetRequirement).exclude(user_id=user.pk).exclude(campaign=None).values("campaign")
    rows_of(ResetCampaign).filter(requirements__user_id=user.pk).exclude(pk__in=others).update(message="")
    _reports(user).delete()
    for model in (ResetRequirement, ResetCampaign):
        rows_of(model).filter(by_id=user.pk).update(by_label="")


def _reports(user: AbstractBaseUser) -> Any:
    keys: set[Any] = set()
    for model in (PasswordState, PasswordChange):
        keys.update(rows_of(model).filter(user_id=user.pk).values_list("subject_key", flat=True))
    return rows_of(ChangeReport).filter(subject_key__in=keys - {None})

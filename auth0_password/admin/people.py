"""Whom a member of staff may see and touch, and what is written down about it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from ..services.requirements import may_touch

LOG_PREFIX = "Password: "
"""How our entries in Django's log of the admin begin; the timeline shows those."""

security = logging.getLogger("auth0_password.security")


def visible_users(site: AdminSite, request: HttpRequest) -> QuerySet[Any]:
    """The users that the site's own user admin shows to this member of staff; all, where it has none."""
    model = get_user_model()
    if site.is_registered(model):
        return site.get_model_admin(model).get_queryset(request)
    return model._default_manager.all()


def has_permission(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perm(f"auth0_password.{permission}")


def need_permission(request: HttpRequest, permission: str) -> None:
    """Raises `PermissionDenied`: no page of ours offers what was asked for."""
    if not has_permission(request, permission):
        security.warning("user %s may not %s in the admin", request.user.pk, permission)
        raise PermissionDenied


def touchable(users: Iterable[Any], request: HttpRequest) -> tuple[list[Any], list[Any]]:
    """Those whom this member of staff may touch, and the superusers whom only another superuser may."""
    able: list[Any] = []
    unable: list[Any] = []
    for user in users:
        (able if may_touch(user, request.user) else unable).append(user)  # type: ignore[arg-type]  # staff is signed in
    return able, unable


def note_refused(request: HttpRequest, permission: str, users: Sequence[Any]) -> None:
    """Say in the log which superusers somebody chose who is none."""
    if users:
        keys = ", ".join(str(user.pk) for user in users)
        security.warning("user %s may not %s of superusers %s", request.user.pk, permission, keys)


def write_log(by: Any, users: Sequence[Any], what: str) -> None:
    """One entry for each user in Django's log of the admin: who, whom, when and what. No names: they would outlive
    the user."""
    kind = ContentType.objects.get_for_model(get_user_model())
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                user_id=by.pk,
                content_type=kind,
                object_id=str(user.pk),
                object_repr=str(user.pk),
                action_flag=CHANGE,
                change_message=f"{LOG_PREFIX}{what}",
            )
            for user in users
        ],
        batch_size=500,
    )

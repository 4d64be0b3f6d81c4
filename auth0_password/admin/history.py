"""What is known and what was required, for looking at: only the verbs change it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from ..models import PasswordChange, PasswordState, ResetCampaign, ResetRequirement


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Nobody adds, changes or deletes a record by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rows go with their user, by whoever may delete the user; never by themselves."""
        user = get_user_model()._meta
        return request.user.has_perm(f"{user.app_label}.delete_{user.model_name}")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise PermissionDenied

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "show_delete": False})

    def get_actions(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        actions = super().get_actions(request, *args, **kwargs)
        return {name: action for name, action in actions.items() if name != "delete_selected"}


@admin.register(PasswordState)
class PasswordStateAdmin(ReadOnlyAdmin):
    """Who must choose a new password, and since when."""

    list_display = ["user", "needs_reset", "required_at", "changed_at", "password_home", "connection"]
    list_filter = ["needs_reset", "password_home"]
    list_select_related = ["user"]
    ordering = ["-needs_reset", "-required_at"]


@admin.register(ResetRequirement)
class ResetRequirementAdmin(ReadOnlyAdmin):
    """Every requirement: who, when, why, and how it ended."""

    list_display = ["user", "reason", "status", "raised_at", "by_label", "closed_at"]
    # No date_hierarchy: it needs the time zone tables that a stock MariaDB does not have.
    list_filter = ["status", "reason", "raised_at"]
    list_select_related = ["user"]
    ordering = ["-raised_at"]


@admin.register(ResetCampaign)
class ResetCampaignAdmin(ReadOnlyAdmin):
    """Every decision about many users; its requirements are listed by themselves."""

    list_display = ["__str__", "reason", "status", "by_label", "created_at", "enforce_from"]
    list_filter = ["status", "reason"]
    ordering = ["-created_at"]


@admin.register(PasswordChange)
class PasswordChangeAdmin(ReadOnlyAdmin):
    """Every change that a read at Auth0 showed."""

    list_display = ["user", "changed_at", "announced_at"]
    list_filter = ["changed_at"]
    list_select_related = ["user"]
    ordering = ["-changed_at"]

"""What is known and what was required, for looking at: only the verbs change it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from ..models import PasswordState, ResetRequirement


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Nobody adds, changes or deletes a record by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


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
    list_filter = ["status", "reason"]
    list_select_related = ["user"]
    date_hierarchy = "raised_at"
    ordering = ["-raised_at"]

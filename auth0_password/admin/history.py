"""What was required and what changed, for looking at: only the verbs change it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..decorators import outside_transactions
from ..models import CampaignStatus, PasswordChange, ResetCampaign, ResetRequirement, Status, Tell
from . import requiring
from .people import visible_users


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

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        place = {} if action_location is None else {"action_location": action_location}  # since Django 6.1
        actions = super().get_actions(request, **place)
        return {name: action for name, action in actions.items() if name != "delete_selected"}


class OfUsersAdmin(ReadOnlyAdmin):
    """Rows of users: those of users whom the site's user admin shows to this member of staff."""

    list_select_related = ["user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(user__in=visible_users(self.admin_site, request).values("pk"))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """The name that a user signs in with, and the address, whatever the user model calls them."""
        model: Any = get_user_model()
        names = {model.USERNAME_FIELD, model.get_email_field_name()}
        known = {field.name for field in model._meta.get_fields()}
        return [f"user__{name}" for name in sorted(names & known)]


@admin.register(ResetRequirement)
class ResetRequirementAdmin(OfUsersAdmin):
    """Every requirement: who, when, why, how they learnt of it, and how it ended."""

    list_display = ["user", "reason", "status", "raised_at", "by_label", "tell_outcome", "closed_at"]
    # No date_hierarchy: it needs the time zone tables that a stock MariaDB does not have.
    list_filter = ["status", "reason", "tell_outcome", "raised_at"]
    ordering = ["-raised_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).exclude(status=Status.DRAFT)


@admin.register(ResetCampaign)
class ResetCampaignAdmin(ReadOnlyAdmin):
    """Every decision about many users; its requirements are listed by themselves."""

    list_display = ["__str__", "reason", "status", "by_label", "created_at", "enforce_from"]
    list_filter = ["status", "reason"]
    ordering = ["-created_at"]
    readonly_fields = ["so_far", "telling"]

    @admin.display(description=gettext_lazy("so far"))
    def so_far(self, campaign: ResetCampaign) -> str:
        return counted(campaign.requirements.values_list("status"), dict(Status.choices))

    @admin.display(description=gettext_lazy("telling"))
    def telling(self, campaign: ResetCampaign) -> str:
        asked = campaign.requirements.exclude(tell=Tell.NONE).exclude(status=Status.SKIPPED)
        return counted(asked.values_list("tell_outcome"), {"": _("waiting")})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).exclude(status=CampaignStatus.DRAFT)

    def get_urls(self) -> list[URLPattern]:
        confirm = self.admin_site.admin_view(self.confirm_view)
        name = "auth0_password_resetcampaign_confirm"
        return [path("<uuid:uuid>/confirm/", outside_transactions(confirm), name=name), *super().get_urls()]

    def confirm_view(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        return requiring.page(self.admin_site, request, uuid)


def counted(rows: Any, words: dict[str, Any]) -> str:
    """How many rows there are of each value: `3 open, 5 password changed`."""
    counts = rows.order_by().annotate(count=Count("pk")).order_by("-count")
    return ", ".join(f"{count} {words.get(value, value)}" for value, count in counts)


@admin.register(PasswordChange)
class PasswordChangeAdmin(OfUsersAdmin):
    """Every change that a read at Auth0 showed."""

    list_display = ["user", "changed_at", "announced_at"]
    list_filter = ["changed_at"]
    ordering = ["-changed_at"]

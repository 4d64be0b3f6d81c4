"""Every user's state: who must choose a new password, since when, and what can be done about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..decorators import outside_transactions
from ..models import PasswordState
from ..services import state_of, ways
from . import asking
from .actions import PasswordActionsMixin
from .filters import CampaignFilter, StandingFilter
from .history import OfUsersAdmin
from .people import visible_users
from .timeline import entries_of

AT_AUTH0 = (
    "subject", "password_home", "connection", "linked", "address_verified", "changed_at", "read_at", "check_due_at",
    "mirrored_flag", "mirror_error",
)  # fmt: skip


@admin.register(PasswordState)
class PasswordStateAdmin(PasswordActionsMixin, OfUsersAdmin):
    """For looking at; what can be done is done through the actions."""

    list_display = ["user", "standing", "reason", "timeline", "changed_at", "connection"]
    list_filter = [
        StandingFilter,
        ("requirement__reason", admin.ChoicesFieldListFilter),
        "password_home",
        ("connection", admin.AllValuesFieldListFilter),
        CampaignFilter,
    ]
    list_select_related = ["user", "requirement"]
    readonly_fields = ["ways_now"]
    fieldsets = [
        (None, {"fields": ["user", "needs_reset", "requirement", "required_at", "enforce_from", "ways_now"]}),
        (gettext_lazy("At Auth0"), {"fields": AT_AUTH0}),
        (
            pgettext_lazy("of a user", "Sessions"),
            {"fields": ["sessions_valid_since", "sessions_ended_at", "language"]},
        ),
    ]
    ordering = ["-needs_reset", "-required_at"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [*super().get_search_fields(request), "subject"]

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "auth0_password_passwordstate_"
        return [
            path("act/<str:name>/", outside_transactions(view(self.act_view)), name=f"{name}act"),
            path("<path:object_id>/timeline/", view(self.timeline_view), name=f"{name}timeline"),
            *super().get_urls(),
        ]

    def users_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return visible_users(self.admin_site, request).filter(pk__in=queryset.order_by().values("pk"))

    @admin.display(description=gettext_lazy("new password"), ordering="required_at")
    def standing(self, state: PasswordState) -> str:
        if not state.needs_reset:
            return ""
        if state.blocks(timezone.now()) or state.enforce_from is None:
            return _("required, blocks now")
        day = date_format(timezone.localtime(state.enforce_from), "SHORT_DATETIME_FORMAT")
        return _("required, blocks from %(day)s") % {"day": day}

    @admin.display(description=gettext_lazy("reason"), ordering="requirement__reason")
    def reason(self, state: PasswordState) -> str:
        return state.requirement.get_reason_display() if state.requirement else ""

    @admin.display(description=gettext_lazy("ways to a new password"))
    def ways_now(self, state: PasswordState) -> str:
        """As `status` has them, for a session that showed no second factor."""
        found = ways(state.user, {})
        return ", ".join(way.name if way.available else f"{way.name} ({way.why_not})" for way in found)

    @admin.display(description=gettext_lazy("history"))
    def timeline(self, state: PasswordState) -> SafeString:
        url = reverse(f"{self.admin_site.name}:auth0_password_passwordstate_timeline", args=[quote(state.pk)])
        label = _("Timeline of %(user)s") % {"user": state.user}
        return format_html('<a href="{}" aria-label="{}">{}</a>', url, label, _("Timeline"))

    def act_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """The answer to a question of `asking`; the permission is the act's own."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return asking.answer(self.admin_site, request, name)

    def timeline_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All that is known of one user's password, newest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = get_object_or_404(visible_users(self.admin_site, request), pk=unquote(object_id))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Timeline of %(user)s") % {"user": user},
            "opts": self.opts,
            "person": user,
            "state": state_of(user),
            "now": timezone.now(),
            "entries": entries_of(user),
            "user_url": self.user_url(request, user),
        }
        return TemplateResponse(request, "admin/auth0_password/timeline.html", context)

    def user_url(self, request: HttpRequest, user: Any) -> str:
        """The user's own page, for who may see it."""
        model = get_user_model()
        if not self.admin_site.is_registered(model):
            return ""
        if not self.admin_site.get_model_admin(model).has_view_permission(request, user):
            return ""
        name = f"{self.admin_site.name}:{model._meta.app_label}_{model._meta.model_name}_change"
        return reverse(name, args=[quote(user.pk)])

"""`class UserAdmin(PasswordActionsMixin, DjangoUserAdmin)`: what staff can do about selected users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from . import asking, requiring
from .people import has_permission, security

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = object


class PasswordActionsMixin(Base):
    """Actions for a list of users, each with its own permission, and a link to a user's timeline.

    A class that has actions of its own lists these too: `actions = [*PasswordActionsMixin.actions, "my_own"]`.
    """

    actions = ["require_new_password", "clear_requirement", "send_link", "look_again", "end_sessions"]
    change_form_template = "admin/auth0_password/change_form.html"

    def users_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The users that a selection of this list means."""
        return queryset

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Django shows the list again when an action is posted that it does not offer; of ours that is refused."""
        forged = set(request.POST.getlist("action")) & {*PasswordActionsMixin.actions} - {*self.get_actions(request)}
        if forged:
            security.warning("user %s may not %s in the admin", request.user.pk, ", ".join(sorted(forged)))
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    def has_require_reset_permission(self, request: HttpRequest) -> bool:
        return has_permission(request, "require_reset")

    def has_clear_reset_permission(self, request: HttpRequest) -> bool:
        return has_permission(request, "clear_reset")

    def has_send_link_permission(self, request: HttpRequest) -> bool:
        return has_permission(request, "send_link")

    def has_look_again_permission(self, request: HttpRequest) -> bool:
        return has_permission(request, "look_again")

    def has_end_sessions_permission(self, request: HttpRequest) -> bool:
        return has_permission(request, "end_sessions")

    @admin.action(description=_("Require a new password…"), permissions=["require_reset"])
    def require_new_password(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return requiring.start(self.admin_site, request, self.users_of(request, queryset))

    @admin.action(description=_("Clear: no new password is required…"), permissions=["clear_reset"])
    def clear_requirement(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return asking.start(self.admin_site, request, self.users_of(request, queryset), "clear")

    @admin.action(description=_("Send a link for a new password…"), permissions=["send_link"])
    def send_link(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return asking.start(self.admin_site, request, self.users_of(request, queryset), "link")

    @admin.action(description=_("Look again at Auth0…"), permissions=["look_again"])
    def look_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return asking.start(self.admin_site, request, self.users_of(request, queryset), "look")

    @admin.action(description=_("End sessions…"), permissions=["end_sessions"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return asking.start(self.admin_site, request, self.users_of(request, queryset), "sessions")

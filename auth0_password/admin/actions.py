"""`class UserAdmin(PasswordActionsMixin, DjangoUserAdmin)`: require a new password of the selected users."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import Reason, Status
from ..services import require_reset


class PasswordActionsMixin:
    """Adds the action "Require a new password" for staff with the permission `auth0_password.require_reset`."""

    actions = ["require_new_password"]

    def has_require_reset_permission(self, request: HttpRequest) -> bool:
        """Who may require a new password; Django hides the action from everybody else, and refuses their POST."""
        return request.user.has_perm("auth0_password.require_reset")

    @admin.action(description=_("Require a new password"), permissions=["require_reset"])
    def require_new_password(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Flag the selected users; they choose a new password before they see anything else."""
        rows = require_reset(queryset, reason=Reason.ADMINISTRATOR, by=request.user)  # type: ignore[arg-type]
        skipped = [row for row in rows if row.status == Status.SKIPPED]
        raised = len(rows) - len(skipped)
        text = ngettext(
            "%(count)d user must choose a new password from now on.",
            "%(count)d users must choose a new password from now on.",
            raised,
        )
        if raised:
            messages.success(request, text % {"count": raised})
        for row in skipped:
            messages.warning(request, SKIPPED[row.skip_reason] % {"user": row.user})


SKIPPED = {
    "elsewhere": _("%(user)s was skipped: the password lives with another provider."),
    "local": _("%(user)s was skipped: this account has no identity at Auth0, only a password of this site."),
    "inactive": _("%(user)s was skipped: the account is not active."),
    "superuser": _("%(user)s was skipped: only a superuser may require this of a superuser."),
}

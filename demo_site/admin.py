"""The library's users, with the package's action."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User

from auth0_password.admin import PasswordActionsMixin

admin.site.unregister(User)


@admin.register(User)
class ReaderAdmin(PasswordActionsMixin, UserAdmin):  # type: ignore[type-arg, misc]  # not generic at run time
    """Django's user admin, and "Require a new password"."""

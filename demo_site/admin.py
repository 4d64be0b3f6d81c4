"""The library's users, with the package's actions."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User

from auth0_password.admin import PasswordActionsMixin

admin.site.unregister(User)


@admin.register(User)
class ReaderAdmin(PasswordActionsMixin, UserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Django's user admin, with what staff can do about passwords, and a link to each user's timeline."""

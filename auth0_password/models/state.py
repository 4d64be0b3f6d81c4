"""One row per user: the flag, whose subject it is, and since when a session counts."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def subject_key(domain: str, subject: str) -> str:
    """The key of a subject: byte-exact on every database, whatever its collation (OIDC Core §2: `sub` is exact)."""
    return hashlib.sha256(f"{domain}\n{subject}".encode()).hexdigest()


class PasswordHome(models.TextChoices):
    """Where a user's password lives."""

    UNKNOWN = "unknown", _("not known yet")
    DATABASE = "database", _("in this site's database connection")
    ELSEWHERE = "elsewhere", _("with another provider")


class PasswordState(models.Model):
    """Arrives with the user in the query that loads them.

    `changed_at` and `sessions_valid_since` are in Auth0's clock: they are compared with its times only. All others
    are in ours; `sessions_valid_since_here` is for sessions that another backend began. No row means: nothing is
    known, nothing is required. `mirror_*` is what is wanted of the flag's copy in the tenant, and `mirrored_*` what is
    known of it there.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="password_state",
        verbose_name=_("user"),
    )
    subject = models.CharField(_("subject at Auth0"), max_length=255, blank=True)
    subject_key = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 - unknown is NULL
    password_home = models.CharField(_("password"), max_length=16, choices=PasswordHome, default=PasswordHome.UNKNOWN)
    connection = models.CharField(_("connection"), max_length=128, blank=True)
    address = models.EmailField(_("address at Auth0"), blank=True)
    linked = models.BooleanField(_("has several identities"), default=False)
    address_verified = models.BooleanField(_("address is confirmed"), null=True)
    needs_reset = models.BooleanField(_("must choose a new password"), default=False)
    required_at = models.DateTimeField(_("required at"), null=True)
    enforce_from = models.DateTimeField(_("blocks from"), null=True)
    requirement = models.ForeignKey(
        "auth0_password.ResetRequirement",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("shown requirement"),
    )
    changed_at = models.DateTimeField(_("password changed at"), null=True)
    read_at = models.DateTimeField(_("last read at Auth0"), null=True)
    check_due_at = models.DateTimeField(_("read due"), null=True, db_index=True)
    link_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    check_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    sessions_valid_since = models.DateTimeField(_("sessions count since"), null=True)
    sessions_valid_since_here = models.DateTimeField(null=True, editable=False)
    sessions_ended_at = models.DateTimeField(_("sessions ended at"), null=True)
    ended = models.TextField(blank=True, editable=False)
    mfa_seen_at = models.DateTimeField(_("second factor first seen at"), null=True)
    language = models.CharField(_("language"), max_length=15, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    mirrored_version = models.PositiveIntegerField(default=0, editable=False)
    mirrored_flag = models.BooleanField(_("flag at Auth0"), null=True)
    mirror_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    mirror_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    mirror_error = models.CharField(_("why the flag is not at Auth0"), max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_by = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        verbose_name = _("password state")
        verbose_name_plural = _("password states")
        indexes = [models.Index(fields=["needs_reset", "required_at"], name="auth0_pw_needs_reset")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(needs_reset=False)
                | models.Q(required_at__isnull=False, enforce_from__isnull=False),
                name="auth0_pw_flag_has_times",
            )
        ]
        permissions = [
            ("require_reset", _("Can require a new password")),
            ("clear_reset", _("Can withdraw the requirement of a new password")),
            ("send_link", _("Can have a link for a new password sent")),
            ("look_again", _("Can have the password's state read at Auth0")),
            ("end_sessions", _("Can end sessions")),
        ]

    def __str__(self) -> str:
        words = _("%(user)s: new password required") if self.needs_reset else _("%(user)s: clear")
        return words % {"user": self.user_id}

    def blocks(self, now: datetime) -> bool:
        """Whether the flag blocks at that time. Reaching `enforce_from` is no write."""
        return self.needs_reset and (self.enforce_from is None or now >= self.enforce_from)

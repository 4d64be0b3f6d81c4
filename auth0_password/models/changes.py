"""One row per real change of a password, as Auth0 dates it: one announcement, however often it is read or told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PasswordChange(models.Model):
    """`changed_at` is in Auth0's clock; the other times are in ours."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="password_changes",
        verbose_name=_("user"),
    )
    subject_key = models.CharField(max_length=64, editable=False)
    changed_at = models.DateTimeField(_("password changed at"))
    announce_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    announced_at = models.DateTimeField(_("announced at"), null=True)

    class Meta:
        verbose_name = _("password change")
        verbose_name_plural = _("password changes")
        constraints = [models.UniqueConstraint(fields=["subject_key", "changed_at"], name="auth0_pw_one_per_change")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.changed_at:%Y-%m-%d %H:%M:%S}"

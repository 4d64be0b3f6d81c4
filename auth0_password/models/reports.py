"""What Auth0 told us by itself, as far as it has to be remembered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeReport(models.Model):
    """From where a password was changed, told by the tenant's Action: words in a mail, never evidence.

    `changed_at` is Auth0's time, as in `PasswordChange`; the report usually comes before the read that shows it.
    """

    subject_key = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("report of a change")
        verbose_name_plural = _("reports of changes")
        constraints = [models.UniqueConstraint(fields=["subject_key", "changed_at"], name="auth0_pw_one_report")]

    def __str__(self) -> str:
        return f"{self.changed_at:%Y-%m-%d %H:%M:%S}"


class LogCheckpoint(models.Model):
    """How far the tenant's log was read: the `log_id` of the last record (Auth0: retrieve logs by checkpoint)."""

    domain = models.CharField(max_length=255, unique=True)
    log_id = models.CharField(max_length=128, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("log checkpoint")
        verbose_name_plural = _("log checkpoints")

    def __str__(self) -> str:
        return self.domain

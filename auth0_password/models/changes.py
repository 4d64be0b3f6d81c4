"""One row per real change of a password, as Auth0 dates it: one announcement, however often it is read or told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PasswordChange(models.Model):
    """`changed_at` is in Auth0's clock; the other times are in ours.

    A `…_due_at` is work that is wanted; it is emptied when the work was done. `mail_to` is the address that was known
    before the change, and is emptied when the mail was sent. `disputed_at`: somebody who got that mail said that the
    change was not theirs; `warn_due_at` is telling the administrators so.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="password_changes",
        verbose_name=_("user"),
    )
    subject_key = models.CharField(max_length=64, editable=False)
    changed_at = models.DateTimeField(_("password changed at"))
    way = models.CharField(_("way"), max_length=20, blank=True)
    mail_to = models.EmailField(blank=True, editable=False)
    mail_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    mail_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    mail_outcome = models.CharField(_("how telling the owner went"), max_length=64, blank=True)
    mail_sent_at = models.DateTimeField(_("owner told at"), null=True)
    revoke_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    revoke_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    revoked_at = models.DateTimeField(_("access at Auth0 ended at"), null=True)
    revoke_result = models.CharField(_("how ending it went"), max_length=64, blank=True)
    announce_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    announced_at = models.DateTimeField(_("announced at"), null=True)
    disputed_at = models.DateTimeField(_("disputed at"), null=True)
    warn_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_by = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        verbose_name = _("password change")
        verbose_name_plural = _("password changes")
        constraints = [models.UniqueConstraint(fields=["subject_key", "changed_at"], name="auth0_pw_one_per_change")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.changed_at:%Y-%m-%d %H:%M:%S}"

"""One raise of one user: the record of who, when and why, kept after it ended."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a new password is required. A closed list: it decides which ways are offered."""

    FIRST_LOGIN = "first_login", _("first sign-in with a temporary password")
    BREACH = "breach", _("the password may be known to others")
    POLICY = "policy", _("the password rules changed")
    ADMINISTRATOR = "administrator", _("an administrator asked for it")
    TENANT = "tenant", _("asked for at the sign-in service")


class Status(models.TextChoices):
    """How a requirement stands; all but `draft` and `open` are final."""

    DRAFT = "draft", _("rehearsed")
    SKIPPED = "skipped", _("skipped")
    OPEN = "open", _("open")
    CHANGED = "changed", _("password changed")
    CLEARED = "cleared", _("cleared by hand")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Tell(models.TextChoices):
    """How users learn of it."""

    NONE = "none", _("when they next come to the site")
    AUTH0 = "auth0", _("by Auth0's own mail with a link")
    MAIL = "mail", _("by a mail of this site")


class RequirementQuerySet(models.QuerySet["ResetRequirement"]):
    """Requirements by how they stand."""

    def open(self) -> RequirementQuerySet:
        return self.filter(status=Status.OPEN)

    def skipped(self) -> RequirementQuerySet:
        return self.filter(status=Status.SKIPPED)

    def drafts(self) -> RequirementQuerySet:
        return self.filter(status=Status.DRAFT)


class ResetRequirement(models.Model):
    """Times are in our clock: a read converts Auth0's with the offset that it has just measured."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="password_requirements",
        verbose_name=_("user"),
    )
    campaign = models.ForeignKey(
        "auth0_password.ResetCampaign",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requirements",
        verbose_name=_("campaign"),
    )
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    message = models.TextField(_("message"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    by_label = models.CharField(_("asked for by (name)"), max_length=150, blank=True)
    raised_at = models.DateTimeField(_("raised at"))
    enforce_from = models.DateTimeField(_("blocks from"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.OPEN)
    skip_reason = models.CharField(_("why it was skipped"), max_length=32, blank=True)
    tell = models.CharField(_("how the user is told"), max_length=8, choices=Tell, default=Tell.NONE)
    tell_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    tell_outcome = models.CharField(_("how telling went"), max_length=32, blank=True)
    tell_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    announce_due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    first_blocked_at = models.DateTimeField(_("first held back at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    note = models.TextField(_("note"), blank=True)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_by = models.CharField(max_length=32, blank=True, editable=False)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("required reset")
        verbose_name_plural = _("required resets")
        indexes = [
            models.Index(fields=["user", "status"], name="auth0_pw_req_user_status"),
            models.Index(fields=["campaign", "status"], name="auth0_pw_req_campaign_status"),
        ]
        constraints = [models.UniqueConstraint(fields=["campaign", "user"], name="auth0_pw_once_per_campaign")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.reason} ({self.status})"

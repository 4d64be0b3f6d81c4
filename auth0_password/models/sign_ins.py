"""Sessions that we know: one row per completed sign-in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Ended(models.TextChoices):
    """How a session ended."""

    SIGNED_OUT = "signed_out", _("signed out")
    REPLACED = "replaced", _("signed in again in the same browser")
    CHANGED = "changed", _("the password was changed")
    BY_OWNER = "by_owner", _("ended by its owner, on another device")
    BY_STAFF = "by_staff", _("ended by the people who run this site")
    AT_AUTH0 = "at_auth0", _("ended at the sign-in service")
    DISPUTED = "disputed", _("somebody said that a change was not theirs")


class SignIn(models.Model):
    """`key` is the id in the session's stamp, never Django's session key. Times are in our clock, but `auth_time`.

    What is shown to the owner: the row decides nothing. Whether a session counts, its stamp and the state say.
    """

    key = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("user")
    )
    sid = models.CharField(max_length=128, blank=True, editable=False, db_index=True)
    auth_time = models.DateTimeField(_("authenticated at"), null=True)
    started_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.CharField(_("how it ended"), max_length=16, choices=Ended, blank=True)
    ip = models.GenericIPAddressField(_("network address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    expires_at = models.DateTimeField(_("ends by itself at"), db_index=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [models.Index(fields=["user", "ended_at"], name="auth0_pw_open_sign_ins")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.started_at:%Y-%m-%d %H:%M:%S}"
